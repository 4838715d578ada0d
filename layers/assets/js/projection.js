/* Web Mercator as fractions of the world (0 to 1, y down), and the box of a view, aligned to tiles. */
(function (gezhi) {
  "use strict";

  const TILE_PX = 256;

  function worldX(lng) {
    return lng / 360 + 0.5;
  }

  function worldY(lat) {
    const sine = Math.sin((lat * Math.PI) / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  }

  function longitude(x) {
    return (x - 0.5) * 360;
  }

  function latitude(y) {
    return (Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180) / Math.PI;
  }

  /**
   * The box [west, south, east, north] of the whole tiles that cover the view and a margin around it. Views
   * close to each other have the same box, so a small pan asks for nothing and answers can be cached.
   */
  function tileBox(map, marginPx) {
    const tiles = 2 ** Math.round(map.getZoom());
    const centre = map.getCenter();
    const half = map.getSize().divideBy(2).add([marginPx, marginPx]);
    const x = worldX(centre.lng) * tiles;
    const y = worldY(centre.lat) * tiles;
    const aligned = (value, round) => Math.min(1, Math.max(0, round(value) / tiles));
    const west = aligned(x - half.x / TILE_PX, Math.floor);
    const east = aligned(x + half.x / TILE_PX, Math.ceil);
    const north = aligned(y - half.y / TILE_PX, Math.floor);
    const south = aligned(y + half.y / TILE_PX, Math.ceil);
    return [longitude(west), latitude(south), longitude(east), latitude(north)].map((d) => +d.toFixed(6));
  }

  /** Metres on the ground that one pixel spans at a latitude. */
  function metresPerPixel(lat, zoom) {
    return (40075016.686 * Math.cos((lat * Math.PI) / 180)) / (TILE_PX * 2 ** zoom);
  }

  gezhi.projection = { TILE_PX, worldX, worldY, longitude, latitude, tileBox, metresPerPixel };
})((window.gezhi = window.gezhi || {}));
