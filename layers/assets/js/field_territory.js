/* The outline of a team's cells: the edges that only one cell has, joined into rings. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  /** A cell's corners reach its neighbours rounded alike; this many digits of a degree tell two corners apart. */
  const DIGITS = 5;

  /** Rings of `[lat, lon]` around cells `[id, [lon, lat, lon, lat, …]]`, holes among them (draw with even-odd).

      Cells may have any number of corners. */
  field.outline = function (cells) {
    const edges = new Map(); // "corner>corner" -> [from, to]
    const where = new Map();
    for (const [, flat] of cells) {
      const corners = [];
      for (let i = 0; i < flat.length; i += 2) {
        const name = `${flat[i].toFixed(DIGITS)},${flat[i + 1].toFixed(DIGITS)}`;
        where.set(name, [flat[i + 1], flat[i]]);
        if (corners.at(-1) !== name) corners.push(name);
      }
      if (corners.length > 1 && corners[0] === corners.at(-1)) corners.pop();
      corners.forEach((from, i) => {
        const to = corners[(i + 1) % corners.length];
        if (!edges.delete(`${to}>${from}`)) edges.set(`${from}>${to}`, [from, to]);
      });
    }
    return rings(edges).map((ring) => ring.map((name) => where.get(name)));
  };

  function rings(edges) {
    const next = new Map();
    for (const [from, to] of edges.values()) next.set(from, [...(next.get(from) || []), to]);
    const found = [];
    for (const start of next.keys()) {
      while (next.get(start)?.length) {
        const ring = [start];
        let at = next.get(start).pop();
        while (at !== start && next.get(at)?.length) {
          ring.push(at);
          at = next.get(at).pop();
        }
        if (ring.length > 2) found.push(ring);
      }
    }
    return found;
  }
})((window.gezhi = window.gezhi || {}));
