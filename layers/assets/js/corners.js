/* Numbers for the corners of cells: the same for two that differ by a rounding error alone. */
(function (gezhi) {
  "use strict";

  /** Corners are told apart on a grid of 0.6 m in world coordinates; what lies near its lines is looked up twice. */
  const GRID = 2 ** 26;
  const NEAR_A_LINE = 1e-3;

  class Corners {
    constructor() {
      this.places = [];
      this.known = new Map();
    }

    numberOf(x, y) {
      const column = Math.floor(x * GRID);
      const row = Math.floor(y * GRID);
      for (const i of beside(x * GRID - column)) {
        for (const j of beside(y * GRID - row)) {
          const found = this.known.get((column + i) * GRID + row + j);
          if (found !== undefined) return found;
        }
      }
      this.places.push([x, y]);
      this.known.set(column * GRID + row, this.places.length - 1);
      return this.places.length - 1;
    }
  }

  /** One number for an edge from one corner to another, and what it was made of. */
  Corners.edge = (from, to) => from * GRID + to;
  Corners.ends = (edge) => [Math.floor(edge / GRID), edge % GRID];

  function beside(part) {
    if (part < NEAR_A_LINE) return [0, -1];
    return part > 1 - NEAR_A_LINE ? [0, 1] : [0];
  }

  gezhi.Corners = Corners;
})((window.gezhi = window.gezhi || {}));
