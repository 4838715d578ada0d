/* Many cells on one canvas, each in the colour of its class. */
(function (gezhi) {
  "use strict";

  /** Paths of ten to fifty hexagons fill fastest; one path for a whole colour takes twenty times as long. */
  const HEXAGONS_PER_PATH = 25;
  const OFF_CANVAS_PX = 80;
  /** From so many on, small hexagons are stamped; so close up, all of a view have one shape. */
  const STAMP_FROM_CELLS = 3000;
  const STAMP_FROM_ZOOM = 9;
  const MOST_STAMP_PX = 16;

  const UNKNOWN = "#888888";
  const NOTHING = { resolution: 0, keys: [], counts: [], edges: [] };

  gezhi.HexCanvas = gezhi.CanvasLayer.extend({
    initialize(options) {
      gezhi.CanvasLayer.prototype.initialize.call(this, options);
      this.shapes = new gezhi.CellShapes();
      this.colours = [];
      this.keep(NOTHING);
    },

    /** Without `moveend`: whoever fetches decides whether the old cells are worth drawing once more. */
    getEvents() {
      const { moveend, ...others } = gezhi.CanvasLayer.prototype.getEvents.call(this);
      return others;
    },

    /** Show these cells from now on: {resolution, keys, counts, edges}, a colour for each edge. */
    setCells(cells, colours) {
      this.colours = colours;
      this.keep(cells);
      this.place();
    },

    setColours(colours) {
      this.colours = colours;
      this.redraw();
    },

    clear() {
      this.setCells(NOTHING, []);
    },

    /** How many reports the cell has; undefined if it is not drawn. */
    countOf(id) {
      if (gezhi.wire.resolutionOf(id) !== this.resolution) return undefined;
      const i = this.indexOf(gezhi.wire.toKey(id));
      return i === undefined ? undefined : this.counts[i];
    },

    keep({ resolution, keys, counts, edges }) {
      this.resolution = resolution;
      this.keys = keys;
      this.counts = counts;
      this.edges = edges;
      this.offsets = this.shapes.offsetsOf(keys, resolution);
      this.groups = group(counts, edges, this.offsets);
    },

    /** The place of a key among the ascending keys. */
    indexOf(key) {
      let low = 0;
      let high = this.keys.length - 1;
      while (low <= high) {
        const middle = (low + high) >> 1;
        if (this.keys[middle] === key) return middle;
        if (this.keys[middle] < key) low = middle + 1;
        else high = middle - 1;
      }
      return undefined;
    },

    draw(context, frame) {
      const begun = performance.now();
      const stamps = this.stampsFor(frame);
      if (stamps) this.drawStamps(context, frame, stamps);
      else this.drawShapes(context, frame);
      this.drawMs = performance.now() - begun;
    },

    drawShapes(context, frame) {
      this.groups.forEach((offsets, index) => {
        context.fillStyle = this.colours[index] || UNKNOWN;
        fillShapes(context, frame, this.shapes.numbers, offsets);
      });
    },

    drawStamps(context, frame, stamps) {
      stamps.begin(context.canvas.width, context.canvas.height);
      this.groups.forEach((offsets, index) => {
        const colour = gezhi.colourOf(this.colours[index] || UNKNOWN);
        stampShapes(stamps, frame, this.shapes.numbers, offsets, colour);
      });
      stamps.end(context);
    },

    /** Stamps in the shape of a cell of the middle; null where the cells are better drawn one by one. */
    stampsFor({ scale, zoom, ratio, picture }) {
      if (picture || this.offsets.length < STAMP_FROM_CELLS || zoom < STAMP_FROM_ZOOM) return null;
      const outline = outlineAround(this.shapes.numbers, this.offsets[this.offsets.length >> 1], scale * ratio);
      if (Math.max(...outline) > MOST_STAMP_PX) return null;
      if (!this.stamps || !this.stamps.fits(outline)) this.stamps = new gezhi.Stamps(outline);
      return this.stamps;
    },
  });

  /** The offsets of the cells of each class, at last of those without a figure. */
  function group(counts, edges, offsets) {
    const classes = new Uint8Array(counts.length);
    const sizes = new Array(edges.length + 1).fill(0);
    for (let i = 0; i < counts.length; i++) {
      let index = Number.isNaN(counts[i]) ? edges.length : edges.length - 1;
      while (index > 0 && counts[i] < edges[index]) index--;
      classes[i] = Math.max(index, 0);
      sizes[classes[i]]++;
    }
    const groups = sizes.map((size) => new Int32Array(size));
    const filled = sizes.map(() => 0);
    for (let i = 0; i < classes.length; i++) groups[classes[i]][filled[classes[i]]++] = offsets[i];
    return groups;
  }

  /** The corners of a shape, from its middle, at a scale. */
  function outlineAround(numbers, offset, scale) {
    const n = numbers[offset];
    const corners = numbers.subarray(offset + 1, offset + 1 + 2 * n);
    const middle = [0, 0];
    corners.forEach((place, i) => (middle[i % 2] += place / n));
    return Array.from(corners, (place, i) => (place - middle[i % 2]) * scale);
  }

  function stampShapes(stamps, { scale, left, top, ratio }, numbers, offsets, colour) {
    for (const offset of offsets) {
      const n = numbers[offset];
      let x = 0;
      let y = 0;
      for (let at = offset + 1; at <= offset + 2 * n; at += 2) {
        x += numbers[at];
        y += numbers[at + 1];
      }
      stamps.stamp(((x / n) * scale - left) * ratio, ((y / n) * scale - top) * ratio, colour);
    }
  }

  function fillShapes(context, { scale, left, top, width, height }, numbers, offsets) {
    let inPath = 0;
    context.beginPath();
    for (let i = 0; i < offsets.length; i++) {
      let at = offsets[i];
      const end = at + 1 + 2 * numbers[at];
      const x = numbers[++at] * scale - left;
      const y = numbers[at + 1] * scale - top;
      if (x < -OFF_CANVAS_PX || x > width + OFF_CANVAS_PX) continue;
      if (y < -OFF_CANVAS_PX || y > height + OFF_CANVAS_PX) continue;
      context.moveTo(x, y);
      for (at += 2; at < end; at += 2) context.lineTo(numbers[at] * scale - left, numbers[at + 1] * scale - top);
      context.closePath();
      if (++inPath === HEXAGONS_PER_PATH) {
        context.fill();
        context.beginPath();
        inPath = 0;
      }
    }
    if (inPath) context.fill();
  }
})((window.gezhi = window.gezhi || {}));
