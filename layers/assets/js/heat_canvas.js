/* A smooth surface on a canvas: colours between nodes, the same picture stretched until a new one is there. */
(function (gezhi) {
  "use strict";

  const { STEPS } = gezhi.heatWire;
  /** Nodes further apart than this are filled in by a curve; below it the canvas does it well enough. */
  const SMOOTH_FROM_PX = 4;
  const FINE_PX = 3;
  const MOST_FACTOR = 24;
  /** Share of the scale within which the surface fades in. */
  const FADE = 0.16;

  /** Colours of a scale by position, 0 to 1: [red, green, blue, alpha]. */
  function colourAt(stops, position) {
    const at = Math.min(Math.max(position, 0), 1) * (stops.length - 1);
    const i = Math.min(Math.floor(at), stops.length - 2);
    const [a, b] = [gezhi.colourOf(stops[i]), gezhi.colourOf(stops[i + 1])];
    const mix = (shift) => Math.round(((a >> shift) & 255) * (1 - at + i) + ((b >> shift) & 255) * (at - i));
    return [mix(0), mix(8), mix(16), Math.round(255 * Math.min(1, position / FADE))];
  }

  gezhi.HeatCanvas = gezhi.CanvasLayer.extend({
    initialize(options) {
      gezhi.CanvasLayer.prototype.initialize.call(this, options);
      this.surface = null;
      this.drawMs = 0;
    },

    /** Show this surface from now on (null: none), in these colours from weak to strong. */
    setSurface(surface, stops) {
      this.surface = surface;
      this.stops = stops;
      this.picture = null;
      this.place();
    },

    setColours(stops) {
      this.stops = stops;
      this.picture = null;
      this.redraw();
    },

    draw(context, { scale, left, top }) {
      if (!this.surface || !this.surface.meta.max) return;
      const begun = performance.now();
      const { at, rows, columns } = this.surface.meta;
      this.picture = this.picture || this.paint(at.step * scale);
      context.imageSmoothingEnabled = true;
      context.imageSmoothingQuality = "high";
      const across = at.step * scale;
      const [x, y] = [(at.left - at.step / 2) * scale - left, (at.top - at.step / 2) * scale - top];
      context.drawImage(this.picture, x, y, columns * across, rows * across); // a node is the middle of its pixels
      this.drawMs = performance.now() - begun;
    },

    /** Paint the nodes, and between them where they lie far apart, into a picture of their own. */
    paint(spacingPx) {
      const { meta, nodes } = this.surface;
      const factor =
        spacingPx > SMOOTH_FROM_PX ? Math.min(MOST_FACTOR, Math.max(2, Math.round(spacingPx / FINE_PX))) : 1;
      const fine = factor > 1 ? refine(nodes, meta.rows, meta.columns, factor) : nodes;
      const image = document.createElement("canvas"); // one that a picture in vectors can take in
      image.width = meta.columns * factor;
      image.height = meta.rows * factor;
      const pen = image.getContext("2d");
      const pixels = pen.createImageData(image.width, image.height);
      const colours = this.colours();
      const packed = new Uint32Array(pixels.data.buffer);
      for (let i = 0; i < packed.length; i++) packed[i] = colours[fine[i]];
      pen.putImageData(pixels, 0, 0);
      return image;
    },

    /** The pixel of each byte: bytes go by the square root of density, as colours do. */
    colours() {
      const { max, top } = this.surface.meta;
      const share = Math.sqrt(max / (top || max));
      return Uint32Array.from({ length: STEPS + 1 }, (_, byte) => {
        const [red, green, blue, alpha] = colourAt(this.stops, (byte / STEPS) * share);
        return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
      });
    },
  });

  /**
   * Put `factor` pixels in place of each node, their values on a smooth curve through the nodes (Catmull-Rom), so
   * that no facets show. Pixel k of a node lies (k + 0.5) / factor - 0.5 nodes from it.
   */
  function refine(nodes, rows, columns, factor) {
    const weights = Array.from({ length: factor }, (_, k) => curve((k + 0.5) / factor - 0.5));
    const wide = new Float32Array(rows * columns * factor);
    stretch(nodes, wide, { lines: rows, size: columns, line: columns, item: 1 }, factor, weights);
    const whole = new Float32Array(rows * columns * factor * factor);
    const across = columns * factor;
    stretch(wide, whole, { lines: across, size: rows, line: 1, item: across }, factor, weights);
    const bytes = new Uint8ClampedArray(whole.length);
    bytes.set(whole);
    return bytes;
  }

  /** Weights of five neighbours (-2 to 2) for a place from half a node before to half a node behind the middle one. */
  function curve(place) {
    const before = place < 0;
    const t = before ? place + 1 : place;
    const four = [
      -0.5 * t + t * t - 0.5 * t ** 3,
      1 - 2.5 * t * t + 1.5 * t ** 3,
      0.5 * t + 2 * t * t - 1.5 * t ** 3,
      -0.5 * t * t + 0.5 * t ** 3,
    ];
    return before ? [...four, 0] : [0, ...four];
  }

  /** Stretch along one axis: of a row all pixels lie side by side, of a column a row apart. */
  function stretch(from, to, { lines, size, line, item }, factor, weights) {
    const toLine = item === 1 ? line * factor : line;
    for (let l = 0; l < lines; l++) {
      const begin = l * line;
      const at = (i) => from[begin + Math.min(size - 1, Math.max(0, i)) * item];
      let [a, b, c, d, e] = [at(-2), at(-1), at(0), at(1), at(2)];
      for (let i = 0; i < size; i++) {
        for (let k = 0; k < factor; k++) {
          const w = weights[k];
          to[l * toLine + (i * factor + k) * item] = w[0] * a + w[1] * b + w[2] * c + w[3] * d + w[4] * e;
        }
        a = b;
        b = c;
        c = d;
        d = e;
        e = at(i + 3);
      }
    }
  }

  gezhi.heatColourAt = colourAt;
})((window.gezhi = window.gezhi || {}));
