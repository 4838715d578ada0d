/* The way there in the map app that a phone has: each link in the datum that its app expects. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const DIGITS = 6;
  const number = (degrees) => degrees.toFixed(DIGITS);

  /** The addresses `{amap, baidu, geo}` that lead to a WGS-84 position; `name` is shown there. */
  field.ways = function ({ lon, lat }, name) {
    const words = encodeURIComponent(name);
    const [amapLon, amapLat] = gezhi.datums.toGcj02(lon, lat);
    const [baiduLon, baiduLat] = gezhi.datums.toBd09(lon, lat);
    return {
      amap: `https://uri.amap.com/navigation?to=${number(amapLon)},${number(amapLat)},${words}&mode=walk&coordinate=gaode&callnative=1`,
      baidu: `https://api.map.baidu.com/marker?location=${number(baiduLat)},${number(baiduLon)}&title=${words}&content=${words}&coord_type=bd09ll&output=html&src=gezhi`,
      geo: `geo:${number(lat)},${number(lon)}?q=${number(lat)},${number(lon)}(${words})`,
    };
  };
})((window.gezhi = window.gezhi || {}));
