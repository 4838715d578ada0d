/* Places in the colours of their rates: streets as lines, compounds and areas as grounds. */
(function (gezhi) {
  "use strict";

  const { FORMS, near, trace } = gezhi.shapePaths;

  /** Long paths take long to stroke: a few dozen places in each. */
  const PLACES_PER_PATH = 40;
  const EDGE_FROM_ZOOM = 13;
  const UNCERTAIN_ALPHA = 0.5;
  const UNCERTAIN_LINE_ALPHA = 0.65;
  /** Width of a street in pixels by zoom. */
  const WIDTHS = [[9, 0.8], [12, 1.6], [14, 3.4], [16, 6.5], [18, 12]];
  const HATCH_PX = 7;
  const NO_REPORT = -1;
  const NO_FIGURE = -2;

  const LOOKS = {
    light: { none: "#8b94a0", missing: "#77818d", edge: "#ffffff", casing: "rgba(255, 255, 255, 0.9)" },
    dark: { none: "#6d7985", missing: "#808c99", edge: "#10151b", casing: "rgba(13, 18, 24, 0.9)" },
  };

  function widthAt(zoom) {
    for (let i = 1; i < WIDTHS.length; i++) {
      const [[before, thin], [at, thick]] = [WIDTHS[i - 1], WIDTHS[i]];
      if (zoom <= at) return thin + ((thick - thin) * Math.max(0, zoom - before)) / (at - before);
    }
    return WIDTHS[WIDTHS.length - 1][1];
  }

  const EMPTY = { ids: [], forms: [], boxes: [], firstPart: [0], firstPosition: [0], places: [], meta: {} };

  gezhi.ShapeCanvas = gezhi.CanvasLayer.extend({
    initialize(options) {
      gezhi.CanvasLayer.prototype.initialize.call(this, options);
      this.shapes = EMPTY;
      this.looks = { classes: new Int8Array(0), uncertain: new Uint8Array(0), colours: [], theme: "light" };
    },

    /**
     * Show these shapes. Looks say for each row its class (-1 no report, -2 no figure, below that it is not drawn) and whether the rate is
     * uncertain; `colours` are those of the classes.
     */
    setShapes(shapes, looks) {
      this.shapes = shapes || EMPTY;
      this.looks = looks;
      this.redraw();
    },

    draw(context, frame) {
      const begun = performance.now();
      const look = LOOKS[this.looks.theme] || LOOKS.light;
      const groups = this.group(near(this.shapes, frame));
      context.lineJoin = "round";
      context.lineCap = "round";
      const width = widthAt(frame.zoom);
      if (width > 2) {
        const lines = [...groups.values()].flatMap(({ line }) => line);
        this.stroke(context, frame, lines, { colour: look.casing, width: width + 2 });
      }
      for (const index of [...groups.keys()].sort((a, b) => a - b)) {
        this.drawGroup(context, frame, groups.get(index), this.lookOf(index, look, width));
      }
      this.drawn = [...groups.values()].reduce((n, { line, area, point }) => n + line.length + area.length + point.length, 0);
      this.drawMs = performance.now() - begun;
    },

    /** Rows by class, the uncertain ones of a class apart (half a class lower), and by form. */
    group(rows) {
      const { classes, uncertain } = this.looks;
      const names = ["point", "line", "area"];
      const groups = new Map();
      for (const row of rows) {
        if (classes[row] < NO_FIGURE) continue;
        const index = classes[row] - (uncertain[row] ? 0.5 : 0);
        if (!groups.has(index)) groups.set(index, { point: [], line: [], area: [] });
        groups.get(index)[names[this.shapes.forms[row]]].push(row);
      }
      return groups;
    },

    lookOf(index, look, width) {
      if (index === NO_FIGURE) return { colour: look.missing, hatch: true, width: Math.max(1, width * 0.4), dash: [2, 5], edge: look.missing };
      if (index === NO_REPORT) return { colour: look.none, alpha: 0.18, lineAlpha: 0.4, width: Math.max(0.8, width * 0.35), edge: look.none };
      const faint = !Number.isInteger(index);
      return {
        colour: this.looks.colours[Math.ceil(index)],
        alpha: faint ? UNCERTAIN_ALPHA : 1,
        lineAlpha: faint ? UNCERTAIN_LINE_ALPHA : 1,
        width: faint ? width * 0.6 : width,
        edge: look.edge,
      };
    },

    drawGroup(context, frame, { point, line, area }, look) {
      context.globalAlpha = look.alpha ?? 1;
      context.fillStyle = look.hatch ? hatch(context, look.colour) : look.colour;
      this.fill(context, frame, [...area, ...point]);
      context.globalAlpha = 1;
      if (frame.zoom >= EDGE_FROM_ZOOM || look.hatch) {
        this.stroke(context, frame, area, { colour: look.edge, width: 1, dash: look.hatch ? [4, 3] : [] });
      }
      this.stroke(context, frame, point, { colour: look.edge, width: 1.5 });
      context.globalAlpha = look.lineAlpha ?? 1;
      this.stroke(context, frame, line, look);
      context.globalAlpha = 1;
    },

    fill(context, frame, rows) {
      this.paths(context, frame, rows, () => context.fill("evenodd"), 1);
    },

    stroke(context, frame, rows, { colour, width, dash = [] }) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.setLineDash(dash);
      this.paths(context, frame, rows, () => context.stroke(), PLACES_PER_PATH);
      context.setLineDash([]);
    },

    paths(context, frame, rows, paint, size) {
      for (let begin = 0; begin < rows.length; begin += size) {
        context.beginPath();
        for (const row of rows.slice(begin, begin + size)) trace(context, frame, this.shapes, row);
        paint();
      }
    },
  });

  const hatches = new Map();

  /** A pattern of slanting lines: there is no figure. */
  function hatch(context, colour) {
    if (!hatches.has(colour)) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = HATCH_PX;
      const pen = tile.getContext("2d");
      pen.strokeStyle = colour;
      pen.globalAlpha = 0.7;
      pen.lineWidth = 1;
      pen.beginPath();
      for (const shift of [-HATCH_PX, 0, HATCH_PX]) {
        pen.moveTo(shift, HATCH_PX);
        pen.lineTo(shift + HATCH_PX, 0);
      }
      pen.stroke();
      hatches.set(colour, context.createPattern(tile, "repeat"));
    }
    return hatches.get(colour);
  }

  /** The place under the pointer and the selected one, outlined. */
  gezhi.ShapeMarks = gezhi.CanvasLayer.extend({
    initialize(options) {
      gezhi.CanvasLayer.prototype.initialize.call(this, options);
      this.shapes = EMPTY;
      this.hovered = this.selected = -1;
    },

    setShapes(shapes) {
      this.shapes = shapes || EMPTY;
    },

    mark(hovered, selected) {
      if (hovered === this.hovered && selected === this.selected) return;
      this.hovered = hovered;
      this.selected = selected;
      this.redraw();
    },

    draw(context, frame) {
      const style = getComputedStyle(this._map.getContainer());
      const [ink, halo] = ["--gz-mark", "--gz-mark-halo"].map((name) => style.getPropertyValue(name));
      context.lineJoin = context.lineCap = "round";
      for (const [row, wide] of [[this.hovered, 2], [this.selected, 3.5]]) {
        if (row < 0 || row >= this.shapes.ids.length) continue;
        context.beginPath();
        trace(context, frame, this.shapes, row);
        const line = this.shapes.forms[row] === FORMS.line;
        const inner = line ? widthAt(frame.zoom) : 0;
        outline(context, ink, halo, wide, inner);
      }
    },
  });

  /** Two lines along a street, one around a ground; the colour between them stays to be seen. */
  function outline(context, ink, halo, wide, inner) {
    const whole = inner ? inner + 2 * wide : wide;
    context.strokeStyle = halo;
    context.lineWidth = whole + 3;
    context.stroke();
    context.strokeStyle = ink;
    context.lineWidth = whole;
    context.stroke();
    if (!inner) return;
    context.globalCompositeOperation = "destination-out";
    context.strokeStyle = "#000000";
    context.lineWidth = inner;
    context.stroke();
    context.globalCompositeOperation = "source-over";
  }
})((window.gezhi = window.gezhi || {}));
