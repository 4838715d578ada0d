/* The shapes of cells in world coordinates, made by h3-js once and kept. */
(function (gezhi) {
  "use strict";

  const { worldX, worldY } = gezhi.projection;
  const MOST_NUMBERS = 16e6; // 128 MB, more than a million cells
  /** Drawn hexagons are a little smaller than their cells: the gap parts them without a stroke each. */
  const SHRINK = 0.955;

  /**
   * One long array for all shapes: at a shape's offset the number of its vertices, then x and y of each.
   * Most cells have six vertices; those on an edge of the icosahedron have seven or eight.
   */
  class CellShapes {
    constructor() {
      this.clear();
    }

    clear() {
      this.numbers = new Float64Array(1 << 16);
      this.used = 0;
      this.offsets = new Map(); // resolution -> Map(key -> offset)
    }

    /** Offsets of the shapes of all these cells, in their order. */
    offsetsOf(keys, resolution) {
      if (this.used > MOST_NUMBERS) this.clear();
      if (!this.offsets.has(resolution)) this.offsets.set(resolution, new Map());
      const known = this.offsets.get(resolution);
      const offsets = new Int32Array(keys.length);
      for (let i = 0; i < keys.length; i++) {
        let offset = known.get(keys[i]);
        if (offset === undefined) {
          offset = this.add(window.h3.cellToBoundary(gezhi.wire.toWords(keys[i], resolution)), SHRINK);
          known.set(keys[i], offset);
        }
        offsets[i] = offset;
      }
      return offsets;
    }

    /** Append a boundary of [lat, lng] pairs, drawn towards its middle by a factor. */
    add(boundary, factor) {
      const n = boundary.length;
      this.makeRoom(1 + 2 * n);
      const offset = this.used;
      const numbers = this.numbers;
      numbers[offset] = n;
      let middleX = 0;
      let middleY = 0;
      for (let i = 0; i < n; i++) {
        const at = offset + 1 + 2 * i;
        middleX += numbers[at] = worldX(boundary[i][1]);
        middleY += numbers[at + 1] = worldY(boundary[i][0]);
      }
      middleX /= n;
      middleY /= n;
      for (let at = offset + 1; at < offset + 1 + 2 * n; at += 2) {
        numbers[at] = middleX + (numbers[at] - middleX) * factor;
        numbers[at + 1] = middleY + (numbers[at + 1] - middleY) * factor;
      }
      this.used += 1 + 2 * n;
      return offset;
    }

    makeRoom(more) {
      if (this.used + more <= this.numbers.length) return;
      const grown = new Float64Array(this.numbers.length * 2);
      grown.set(this.numbers);
      this.numbers = grown;
    }
  }

  /** The true outline of one cell: x and y of each vertex in world coordinates. */
  function outlineOf(id) {
    return window.h3.cellToBoundary(id).map(([lat, lng]) => [worldX(lng), worldY(lat)]);
  }

  gezhi.CellShapes = CellShapes;
  gezhi.outlineOf = outlineOf;
})((window.gezhi = window.gezhi || {}));
