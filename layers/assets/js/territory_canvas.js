/* Territories on the map: a colour for each, borders, numbers, what changes hands, pins, barriers, work. */
(function (gezhi) {
  "use strict";

  /** Of the teams that are not chosen while one is. */
  const FAINT = 0.5;
  const HATCH_PX = 7;
  const NUMBER_PX = 13;
  const SMALL_ZOOM = 13;
  const FONT = '"Source Sans", system-ui, sans-serif';
  const DOT_SHARE = 0.42; // of a cell's width, for the most work

  /** Pins and numbers lie above the names of streets. */
  gezhi.TerritoryNumbers = gezhi.CanvasLayer.extend({
    draw(context, frame) {
      if (!this.model) return;
      const style = getComputedStyle(this._map.getContainer());
      const colour = (name) => style.getPropertyValue(name).trim();
      const at = ([x, y]) => [x * frame.scale - frame.left, y * frame.scale - frame.top];
      this.pins({ context, at, colour });
      this.numbers({ context, at, colour });
    },

    pins({ context, at, colour }) {
      context.lineWidth = 1.5;
      this.model.pinned.forEach((team, row) => {
        if (!team) return;
        const [x, y] = at(this.model.middles[row]);
        const off = this.model.team[row] !== team; // not where it is pinned to
        context.fillStyle = colour(off ? "--gz-fault" : "--gz-mark");
        context.strokeStyle = colour("--gz-mark-halo");
        context.beginPath();
        context.moveTo(x, y + 6);
        context.bezierCurveTo(x - 7, y - 2, x - 4, y - 8, x, y - 8);
        context.bezierCurveTo(x + 4, y - 8, x + 7, y - 2, x, y + 6);
        context.stroke();
        context.fill();
      });
    },

    numbers({ context, at, colour }) {
      const size = this._map.getZoom() < SMALL_ZOOM ? NUMBER_PX - 2 : NUMBER_PX;
      context.font = `700 ${size}px ${FONT}`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.lineWidth = 1.5;
      for (const [team, { row }] of this.model.hearts()) {
        const [x, y] = at(this.model.middles[row]);
        const text = String(team);
        const half = Math.max(size * 0.8, context.measureText(text).width / 2 + 5);
        context.beginPath();
        context.roundRect(x - half, y - size * 0.8, 2 * half, size * 1.6, size * 0.8);
        context.fillStyle = colour(this.chosen === team ? "--gz-mark" : "--gz-solid");
        context.strokeStyle = colour("--gz-mark");
        context.fill();
        context.stroke();
        context.fillStyle = colour(this.chosen === team ? "--gz-solid" : "--gz-ink");
        context.fillText(text, x, y + 0.5);
      }
    },
  });

  gezhi.TerritoryCanvas = gezhi.CanvasLayer.extend({
    initialize(options) {
      gezhi.CanvasLayer.prototype.initialize.call(this, options);
      this.model = null;
      this.looks = { changes: false, work: false };
      this.chosen = null;
      this.draft = null; // a barrier that is being drawn
      this.drawn = []; // barriers that were
    },

    show(model, hues, colours, opacity) {
      Object.assign(this, { model, hues, colours, opacity });
      this.most = Math.max(1e-9, ...model.load);
      this.redraw();
    },

    draw(context, frame) {
      if (!this.model) return;
      const style = getComputedStyle(this._map.getContainer());
      const colour = (name) => style.getPropertyValue(name).trim();
      const at = ([x, y]) => [x * frame.scale - frame.left, y * frame.scale - frame.top];
      const pen = { context, frame, at, colour };
      this.fill(pen);
      if (this.looks.changes) this.hatch(pen);
      if (this.looks.work) this.dots(pen);
      this.borders(pen);
      this.barriers(pen);
    },

    /** The path of some cells. */
    path({ at }, rows) {
      const path = new Path2D();
      for (const row of rows) {
        this.model.outlines[row].forEach((place, i) => path[i ? "lineTo" : "moveTo"](...at(place)));
        path.closePath();
      }
      return path;
    },

    fill(pen) {
      const { context, colour } = pen;
      const byTeam = new Map();
      this.model.team.forEach((team, row) => {
        if (!byTeam.has(team)) byTeam.set(team, []);
        byTeam.get(team).push(row);
      });
      for (const [team, rows] of byTeam) {
        const path = this.path(pen, rows);
        if (!team) {
          context.fillStyle = colour("--gz-veil");
          context.fill(path);
          continue;
        }
        context.globalAlpha = this.chosen && this.chosen !== team ? this.opacity * FAINT : this.opacity;
        context.fillStyle = context.strokeStyle = this.colours[this.hues[team] || 0];
        context.fill(path);
        context.globalAlpha = 1;
      }
      // Cells are told apart where one is painted: faintly, and not from afar.
      if (this._map.getZoom() <= SMALL_ZOOM) return;
      context.strokeStyle = colour("--gz-line");
      context.lineWidth = 0.75;
      context.stroke(this.path(pen, this.model.cells.keys()));
    },

    /** What changes hands is hatched; the borders there were are dashed. */
    hatch(pen) {
      const { context, frame, colour } = pen;
      const { model } = this;
      const rows = [...model.cells.keys()].filter((row) => model.team[row] !== model.before[row]);
      context.save();
      context.clip(this.path(pen, rows));
      context.strokeStyle = colour("--gz-mark");
      context.globalAlpha = 0.55;
      context.lineWidth = 1.25;
      context.beginPath();
      for (let x = -frame.height; rows.length && x < frame.width; x += HATCH_PX) {
        context.moveTo(x, frame.height);
        context.lineTo(x + frame.height, 0);
      }
      context.stroke();
      context.restore();
      context.save();
      context.setLineDash([5, 4]);
      this.edges(pen, ({ a, b }) => b >= 0 && model.before[a] !== model.before[b], [[colour("--gz-mark"), 1.5]]);
      context.restore();
    },

    dots({ context, frame, at, colour }) {
      const [[ax, ay], [bx, by]] = [this.model.outlines[0][0], this.model.outlines[0][Math.floor(this.model.outlines[0].length / 2)]];
      const across = Math.hypot(ax - bx, ay - by) * frame.scale;
      context.fillStyle = colour("--gz-mark");
      context.globalAlpha = 0.6;
      context.beginPath();
      this.model.middles.forEach((place, row) => {
        const radius = DOT_SHARE * across * Math.sqrt(this.model.load[row] / this.most);
        if (radius < 0.5) return;
        const [x, y] = at(place);
        context.moveTo(x + radius, y);
        context.arc(x, y, radius, 0, 2 * Math.PI);
      });
      context.fill();
      context.globalAlpha = 1;
    },

    borders(pen) {
      const { colour } = pen;
      const { model, chosen } = this;
      pen.context.lineCap = "round";
      const halo = [colour("--gz-mark-halo"), 4];
      const parted = ({ a, b }) => model.team[a] !== (b < 0 ? 0 : model.team[b]);
      this.edges(pen, parted, [halo, [colour("--gz-mark"), 1.75]]);
      if (!chosen) return;
      const own = ({ a, b }) => (model.team[a] === chosen) !== (b >= 0 && model.team[b] === chosen);
      this.edges(pen, own, [halo, [colour("--gz-mark"), 4]]);
    },

    edges({ context, at }, wanted, strokes) {
      const path = new Path2D();
      for (const edge of this.model.edges) {
        if (!wanted(edge)) continue;
        path.moveTo(...at(edge.from));
        path.lineTo(...at(edge.to));
      }
      for (const [colour, width] of strokes) {
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.stroke(path);
      }
    },

    /** Edges that nobody walks across, and the lines that somebody drew. */
    barriers(pen) {
      const { context, at, colour } = pen;
      const { model } = this;
      const key = (a, b) => Math.min(a, b) * model.cells.length + Math.max(a, b);
      const shut = new Set(model.walls.map(([a, b]) => key(a, b)));
      context.lineCap = "butt";
      this.edges(pen, ({ a, b }) => b >= 0 && shut.has(key(a, b)), [[colour("--gz-fault"), 3]]);
      context.setLineDash([8, 5]);
      for (const line of [...this.drawn, ...(this.draft ? [this.draft] : [])]) {
        const path = new Path2D();
        line.forEach((place, i) => path[i ? "lineTo" : "moveTo"](...at(place)));
        for (const [ink, width] of [[colour("--gz-mark-halo"), 6], [colour("--gz-fault"), 3.5]]) {
          context.strokeStyle = ink;
          context.lineWidth = width;
          context.stroke(path);
        }
      }
      context.setLineDash([]);
    },
  });
})((window.gezhi = window.gezhi || {}));
