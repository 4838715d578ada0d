/* Streets on a canvas, each piece in the colour of how densely reports lie along it. */
(function (gezhi) {
  "use strict";

  const { STEPS } = gezhi.streetWire;
  const { near } = gezhi.shapePaths;

  /** So many colours: neighbours that differ by less are drawn as one line. */
  const LEVELS = 24;
  /** Pieces shorter than this on the screen are drawn together, in their mean. */
  const SHORTEST_PX = 3;
  /** Long paths take long to stroke. */
  const RUNS_PER_PATH = 60;
  /** Width of a street with many reports, in pixels, by zoom. */
  const WIDTHS = [[9, 1.2], [12, 2.4], [14, 4.2], [16, 7], [18, 12]];
  const QUIET_SHARE = 0.4;
  const QUIET = { light: "rgba(139, 148, 160, 0.45)", dark: "rgba(125, 139, 153, 0.45)" };
  const CASING = { light: "rgba(255, 255, 255, 0.85)", dark: "rgba(13, 18, 24, 0.85)" };
  const CASING_PX = 2;

  const EMPTY = { boxes: [], firstPiece: [0], firstCorner: [0], places: [], along: [] };

  function widthAt(zoom) {
    for (let i = 1; i < WIDTHS.length; i++) {
      const [[before, thin], [at, thick]] = [WIDTHS[i - 1], WIDTHS[i]];
      if (zoom <= at) return thin + ((thick - thin) * Math.max(0, zoom - before)) / (at - before);
    }
    return WIDTHS[WIDTHS.length - 1][1];
  }

  gezhi.StreetCanvas = gezhi.CanvasLayer.extend({
    initialize(options) {
      gezhi.CanvasLayer.prototype.initialize.call(this, options);
      this.lines = EMPTY;
      this.density = null;
      this.drawMs = 0;
    },

    /** Show these densities of these lines from now on (null: nothing), in colours from weak to strong. */
    setDensity(lines, density, { stops, theme }) {
      this.lines = lines || EMPTY;
      this.density = density;
      this.stops = stops;
      this.theme = theme;
      this.redraw();
    },

    draw(context, frame) {
      if (!this.density) return;
      const begun = performance.now();
      const edges = near(this.lines, frame);
      const runs = this.runs(edges, frame);
      const width = widthAt(frame.zoom);
      const busy = [].concat(...runs.slice(1));
      context.lineJoin = "round";
      context.lineCap = "butt";
      this.stroke(context, frame, runs[0], QUIET[this.theme] || QUIET.light, Math.max(0.8, width * QUIET_SHARE));
      context.lineCap = "round";
      this.stroke(context, frame, busy, CASING[this.theme] || CASING.light, width + CASING_PX);
      for (let level = 1; level <= LEVELS; level++) {
        this.stroke(context, frame, runs[level], this.colourOf(level), width);
      }
      this.drawn = edges.length;
      this.drawMs = performance.now() - begun;
    },

    colourOf(level) {
      const at = ((level - 0.5) / LEVELS) * (this.stops.length - 1);
      const i = Math.min(Math.floor(at), this.stops.length - 2);
      const [a, b] = [gezhi.colourOf(this.stops[i]), gezhi.colourOf(this.stops[i + 1])];
      const mix = (shift) => Math.round(((a >> shift) & 255) * (1 - at + i) + ((b >> shift) & 255) * (at - i));
      return `rgb(${mix(0)}, ${mix(8)}, ${mix(16)})`;
    },

    /** Colours go by the square root of density, as bytes do: level 0 is no report. */
    levelOf(byte) {
      if (byte < 0.5) return 0;
      const { max, top } = this.density.meta;
      return Math.min(LEVELS, Math.max(1, Math.ceil((byte / STEPS) * Math.sqrt(max / (top || max)) * LEVELS)));
    },

    /** For each level the runs of pieces that have it: edge, from and to (shares of it), one after the other. */
    runs(edges, { scale }) {
      const { firstPiece, boxes } = this.lines;
      const { pieces } = this.density;
      const runs = Array.from({ length: LEVELS + 1 }, () => []);
      for (const e of edges) {
        const [low, high] = [firstPiece[e], firstPiece[e + 1]];
        const n = high - low;
        const across = Math.hypot(boxes[4 * e + 2] - boxes[4 * e], boxes[4 * e + 3] - boxes[4 * e + 1]) * scale;
        const together = Math.max(1, Math.round(SHORTEST_PX / Math.max(across / n, 0.05)));
        let [from, level] = [0, -1];
        for (let k = 0; k < n; k += together) {
          const to = Math.min(n, k + together);
          let sum = 0;
          for (let i = k; i < to; i++) sum += pieces[low + i] ** 2;
          const own = this.levelOf(Math.sqrt(sum / (to - k)));
          if (own === level) continue;
          if (level >= 0) runs[level].push(e, from / n, k / n);
          [from, level] = [k, own];
        }
        runs[level].push(e, from / n, 1);
      }
      return runs;
    },

    stroke(context, frame, runs, colour, width) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      for (let begin = 0; begin < runs.length; begin += 3 * RUNS_PER_PATH) {
        context.beginPath();
        const end = Math.min(runs.length, begin + 3 * RUNS_PER_PATH);
        for (let k = begin; k < end; k += 3) this.trace(context, frame, runs[k], runs[k + 1], runs[k + 2]);
        context.stroke();
      }
    },

    /** Add the part of an edge between two shares of its length to the path. */
    trace(context, { scale, left, top }, edge, from, to) {
      const { firstCorner, places, along } = this.lines;
      const [begin, end] = [firstCorner[edge], firstCorner[edge + 1]];
      const at = (k, t) => {
        const x = places[2 * k] + t * (places[2 * k + 2] - places[2 * k]);
        const y = places[2 * k + 1] + t * (places[2 * k + 3] - places[2 * k + 1]);
        return [x * scale - left, y * scale - top];
      };
      for (let k = begin; k + 1 < end; k++) {
        const [here, there] = [along[k], along[k + 1]];
        if (there < from || here > to || there === here) continue;
        const share = (place) => Math.min(1, Math.max(0, (place - here) / (there - here)));
        if (from >= here) context.moveTo(...at(k, share(from)));
        context.lineTo(...at(k, share(to)));
      }
    },
  });
})((window.gezhi = window.gezhi || {}));
