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
  const NOTHING = { resolution: 0, keys: [], values: [], n: [], edges: [], few: 0 };
  /** How a hexagon looks: its size beside the usual one, and the width of its line in pixels where it is hollow. */
  const LOOKS = { full: { size: 1, line: 0 }, small: { size: 0.58, line: 0 }, hollow: { size: 0.82, line: 1.3 } };
  /** How much is left of the classes that are not pointed at. */
  const BESIDE_HIGHLIGHT = 0.16;

  gezhi.HexCanvas = gezhi.CanvasLayer.extend({
    initialize(options) {
      gezhi.CanvasLayer.prototype.initialize.call(this, options);
      this.shapes = new gezhi.CellShapes();
      this.colours = [];
      this.highlighted = null; // the class that stands out
      this.keep(NOTHING);
    },

    /** Without `moveend`: whoever fetches decides whether the old cells are worth drawing once more. */
    getEvents() {
      const { moveend, ...others } = gezhi.CanvasLayer.prototype.getEvents.call(this);
      return others;
    },

    /**
     * Show these cells from now on: {resolution, keys, values, n, edges, few}, a colour for each edge and one
     * more for cells without a figure. A value that rests on fewer than `few` reports is drawn small.
     */
    setCells(cells, colours) {
      this.colours = colours;
      this.keep(cells);
      this.place();
    },

    setColours(colours) {
      this.colours = colours;
      this.redraw();
    },

    /** Let a class stand out (the number of edges: cells without a figure), none where it is null. */
    highlight(index) {
      if (index === this.highlighted) return;
      this.highlighted = index;
      this.redraw();
    },

    clear() {
      this.setCells(NOTHING, []);
    },

    /** The row of a cell among those that are drawn; undefined if it is not. */
    rowOf(id) {
      if (gezhi.wire.resolutionOf(id) !== this.resolution) return undefined;
      return this.indexOf(gezhi.wire.toKey(id));
    },

    keep({ resolution, keys, values, n, edges, few }) {
      this.resolution = resolution;
      this.keys = keys;
      this.values = values;
      this.n = n;
      this.edges = edges;
      this.few = few || 0;
      this.offsets = this.shapes.offsetsOf(keys, resolution);
      this.classes = classesOf(values, edges);
      [this.groups, this.uncertain] = group(this.classes, edges.length + 1, this.offsets, n, this.few);
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

    /** How many cells of each class, at last of those without a figure, have their middle in the view. */
    inView() {
      const found = new Array(this.edges.length + 1).fill(0);
      const { scale, left, top } = this.frame();
      const corner = this._map.containerPointToLayerPoint([0, 0]).subtract(this.topLeft);
      const size = this._map.getSize();
      const middle = [0, 0];
      for (let i = 0; i < this.offsets.length; i++) {
        middleOf(this.shapes.numbers, this.offsets[i], middle);
        const x = middle[0] * scale - left - corner.x;
        const y = middle[1] * scale - top - corner.y;
        if (x >= 0 && y >= 0 && x <= size.x && y <= size.y) found[this.classes[i]]++;
      }
      return found;
    },

    /** Call back with the place on the canvas of the middle of each of these shapes; those far off it are left out. */
    eachMiddle(offsets, { scale, left, top, width, height }, take) {
      const middle = [0, 0];
      for (const offset of offsets) {
        middleOf(this.shapes.numbers, offset, middle);
        const x = middle[0] * scale - left;
        const y = middle[1] * scale - top;
        if (x > -OFF_CANVAS_PX && x < width + OFF_CANVAS_PX && y > -OFF_CANVAS_PX && y < height + OFF_CANVAS_PX) take(x, y);
      }
    },

    draw(context, frame) {
      const begun = performance.now();
      const stamps = this.stampsFor(frame);
      if (stamps) stamps.begin(context.canvas.width, context.canvas.height);
      for (const layer of this.layers()) {
        if (stamps) this.stamp(stamps, frame, layer);
        else this.fill(context, frame, layer);
      }
      if (stamps) stamps.end(context);
      this.drawMs = performance.now() - begun;
    },

    /** What is drawn, in this order: {offsets, colour, look, strength}; the class that stands out comes last. */
    layers() {
      const last = this.edges.length;
      const found = [];
      for (let index = 0; index <= last; index++) {
        const colour = this.colours[index] || UNKNOWN;
        const beside = this.highlighted !== null && this.highlighted !== index;
        const strength = beside ? BESIDE_HIGHLIGHT : 1;
        const usual = index === last ? LOOKS.hollow : LOOKS.full;
        found.push({ offsets: this.groups[index], colour, look: usual, strength });
        found.push({ offsets: this.uncertain[index], colour, look: LOOKS.small, strength });
      }
      return found.filter(({ offsets }) => offsets.length).sort((a, b) => a.strength - b.strength);
    },

    fill(context, frame, { offsets, colour, look, strength }) {
      context.globalAlpha = strength;
      context.fillStyle = context.strokeStyle = colour;
      context.lineWidth = look.line;
      fillShapes(context, frame, this.shapes.numbers, offsets, look);
      context.globalAlpha = 1;
    },

    stamp(stamps, frame, { offsets, colour, look, strength }) {
      stamps.take(look, strength);
      stampShapes(stamps, frame, this.shapes.numbers, offsets, gezhi.colourOf(colour));
    },

    /** Stamps in the shape of a cell of the middle; null where the cells are better drawn one by one. */
    stampsFor({ scale, zoom, ratio, picture }) {
      if (picture || this.offsets.length < STAMP_FROM_CELLS || zoom < STAMP_FROM_ZOOM) return null;
      const outline = outlineAround(this.shapes.numbers, this.offsets[this.offsets.length >> 1], scale * ratio);
      if (Math.max(...outline) > MOST_STAMP_PX) return null;
      if (!this.stamps || !this.stamps.fits(outline)) this.stamps = new gezhi.Stamps(outline, ratio);
      return this.stamps;
    },
  });

  /** The class of each value: that of the last edge not above it, the first where there is none; NaN comes last. */
  function classesOf(values, edges) {
    const classes = new Uint8Array(values.length);
    const last = edges.length;
    for (let i = 0; i < values.length; i++) {
      let index = Number.isNaN(values[i]) ? last : last - 1;
      while (index > 0 && values[i] < edges[index]) index--;
      classes[i] = Math.max(index, 0);
    }
    return classes;
  }

  /** The offsets of the cells of each class, those that rest on few reports apart from the others. */
  function group(classes, size, offsets, n, few) {
    const sizes = new Array(2 * size).fill(0);
    const places = few ? apart(classes, size, n, few) : classes;
    for (let i = 0; i < places.length; i++) sizes[places[i]]++;
    const groups = sizes.map((length) => new Int32Array(length));
    const filled = sizes.map(() => 0);
    for (let i = 0; i < places.length; i++) groups[places[i]][filled[places[i]]++] = offsets[i];
    return [groups.slice(0, size), groups.slice(size)];
  }

  /** Classes, with `size` more for a value from few reports; what has no figure is the last class as it is. */
  function apart(classes, size, n, few) {
    const places = new Uint8Array(classes.length);
    for (let i = 0; i < places.length; i++) {
      places[i] = classes[i] < size - 1 && n[i] < few ? classes[i] + size : classes[i];
    }
    return places;
  }

  /** Write the middle of a shape into `middle`. */
  function middleOf(numbers, offset, middle) {
    const n = numbers[offset];
    let x = 0;
    let y = 0;
    for (let at = offset + 1; at <= offset + 2 * n; at += 2) {
      x += numbers[at];
      y += numbers[at + 1];
    }
    middle[0] = x / n;
    middle[1] = y / n;
  }

  /** The corners of a shape, from its middle, at a scale. */
  function outlineAround(numbers, offset, scale) {
    const middle = [0, 0];
    middleOf(numbers, offset, middle);
    const corners = numbers.subarray(offset + 1, offset + 1 + 2 * numbers[offset]);
    return Array.from(corners, (place, i) => (place - middle[i % 2]) * scale);
  }

  function stampShapes(stamps, { scale, left, top, ratio }, numbers, offsets, colour) {
    const middle = [0, 0];
    for (const offset of offsets) {
      middleOf(numbers, offset, middle);
      stamps.stamp((middle[0] * scale - left) * ratio, (middle[1] * scale - top) * ratio, colour);
    }
  }

  function fillShapes(context, { scale, left, top, width, height }, numbers, offsets, look) {
    const { size } = look;
    const finish = () => (look.line ? context.stroke() : context.fill());
    const middle = [0, 0];
    let inPath = 0;
    context.beginPath();
    for (let i = 0; i < offsets.length; i++) {
      let at = offsets[i];
      const end = at + 1 + 2 * numbers[at];
      if (size !== 1) middleOf(numbers, at, middle);
      // A corner is at size * corner + (1 - size) * middle.
      const across = middle[0] * (1 - size) * scale - left;
      const down = middle[1] * (1 - size) * scale - top;
      const zoom = size * scale;
      const x = numbers[++at] * zoom + across;
      const y = numbers[at + 1] * zoom + down;
      if (x < -OFF_CANVAS_PX || x > width + OFF_CANVAS_PX) continue;
      if (y < -OFF_CANVAS_PX || y > height + OFF_CANVAS_PX) continue;
      context.moveTo(x, y);
      for (at += 2; at < end; at += 2) context.lineTo(numbers[at] * zoom + across, numbers[at + 1] * zoom + down);
      context.closePath();
      if (++inPath === HEXAGONS_PER_PATH) {
        finish();
        context.beginPath();
        inPath = 0;
      }
    }
    if (inPath) finish();
  }
})((window.gezhi = window.gezhi || {}));
