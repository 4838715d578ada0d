/* Which cells a drawn shape takes, and the outline of many cells together. Places are world coordinates. */
(function (gezhi) {
  "use strict";

  const { worldX, worldY, longitude, latitude } = gezhi.projection;
  const { toKey, toWords } = gezhi.wire;
  const WORLD_M = 40075016.686;

  /** The corners of the box between two places. */
  function boxOf([x, y], [toX, toY]) {
    return [
      [x, y],
      [toX, y],
      [toX, toY],
      [x, toY],
    ];
  }

  /** Whether a place lies in a polygon of [x, y], by the even-odd rule. */
  function holds(polygon, x, y) {
    let inside = false;
    for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
      const [ax, ay] = polygon[i];
      const [bx, by] = polygon[j];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
    return inside;
  }

  /** Those of the keys whose cells have their middle in the polygon. */
  function middlesIn(polygon, keys, resolution) {
    return Array.from(keys).filter((key) => {
      const [lat, lng] = window.h3.cellToLatLng(toWords(key, resolution));
      return holds(polygon, worldX(lng), worldY(lat));
    });
  }

  /** All cells with their middle in the polygon, empty ones too; null where they are far more than `most`. */
  function cellsIn(polygon, resolution, most) {
    const corners = polygon.map(([x, y]) => [latitude(y), longitude(x)]);
    const [lat, lng] = corners[0];
    const area = window.h3.cellArea(window.h3.latLngToCell(lat, lng, resolution), "m2");
    if (areaOf(polygon, lat) > 2 * most * area) return null;
    return window.h3.polygonToCells(corners, resolution).map(toKey);
  }

  /** In square metres. */
  function areaOf(polygon, lat) {
    let twice = 0;
    for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
      twice += polygon[j][0] * polygon[i][1] - polygon[i][0] * polygon[j][1];
    }
    return (Math.abs(twice) / 2) * (WORLD_M * Math.cos((lat * Math.PI) / 180)) ** 2;
  }

  /** The cell at a place, as text. */
  function cellAt([x, y], resolution) {
    return window.h3.latLngToCell(latitude(y), longitude(x), resolution);
  }

  /** How many rings around a cell reach a place, at most `most`. */
  function ringsTo(cell, place, resolution, most) {
    try {
      return Math.min(most, window.h3.gridDistance(cell, cellAt(place, resolution)));
    } catch {
      return most; // too far to count, or beyond one of the twelve pentagons
    }
  }

  /** The keys of all cells within some rings around a cell. */
  function disk(cell, rings) {
    return window.h3.gridDisk(cell, rings).map(toKey);
  }

  /** The radius in metres of the circle that is as large as some cells like this one. */
  function radiusOf(cell, cells) {
    return Math.sqrt((cells * window.h3.cellArea(cell, "m2")) / Math.PI);
  }

  /**
   * The border of cells taken together: closed loops of [x, y]. An edge that two of the cells share runs once each
   * way, so what is left without its counterpart is the border; at a corner three cells meet, so it goes on one way.
   */
  function border(words) {
    const corners = new gezhi.Corners();
    const edges = new Map(); // number of an edge -> true, as long as its counterpart was not met
    const number = gezhi.Corners.edge;
    for (const cell of words) {
      const places = window.h3.cellToBoundary(cell).map(([lat, lng]) => corners.numberOf(worldX(lng), worldY(lat)));
      places.forEach((to, i) => {
        const from = places[(i || places.length) - 1];
        if (from !== to && !edges.delete(number(to, from))) edges.set(number(from, to), true);
      });
    }
    const next = new Map(Array.from(edges.keys(), gezhi.Corners.ends));
    const loops = [];
    for (const start of Array.from(next.keys())) {
      const loop = [];
      for (let at = start; next.has(at); ) {
        loop.push(corners.places[at]);
        const to = next.get(at);
        next.delete(at);
        at = to;
      }
      if (loop.length) loops.push(loop);
    }
    return loops;
  }

  gezhi.selectShapes = { boxOf, middlesIn, cellsIn, cellAt, ringsTo, disk, radiusOf, border };
})((window.gezhi = window.gezhi || {}));
