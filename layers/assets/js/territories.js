/* Territories: shown, compared, painted by hand. What the board beside the map shows and asks goes by `face`. */
(function (gezhi) {
  "use strict";

  const { worldX, worldY, longitude, latitude } = gezhi.projection;

  class Territories {
    constructor(conductor) {
      this.conductor = conductor;
      this.map = conductor.map;
      this.container = this.map.getContainer();
      this.canvas = new gezhi.TerritoryCanvas({ pane: conductor.pane("territories", 420) }).addTo(this.map);
      this.numbers = new gezhi.TerritoryNumbers({ pane: conductor.pane("numbers", 460) }).addTo(this.map);
      this.request = new gezhi.Request((slow) => conductor.notice.busy("territories", slow));
      this.model = null;
      this.tool = "pan";
      this.brush = 1;
      this.chosen = null; // the team that is painted with: null for that where a stroke begins, 0 for nobody
      this.saved = { name: "saved" };
      this.strokes = new gezhi.Strokes(this.map, {
        toolFor: () => (this.tool === "paint" || this.tool === "wall" ? this.tool : null),
        draw: (stroke) => this.draw(stroke),
        finish: (stroke) => this.finish(stroke),
        cancel: () => this.drop(),
        hold: () => undefined,
      });
      this.wishes = new gezhi.TerritoryWishes(this);
      this.bar = new gezhi.TerritoryBar(this.map, this);
      this.onClick = (event) => this.click(event);
      this.map.on("click", this.onClick);
      this.onKey = (event) => this.key(event);
      this.container.addEventListener("keydown", this.onKey);
      this.map.boxZoom.disable();
    }

    update(options) {
      const before = this.options;
      this.options = options;
      this.number = gezhi.numberFormat(options.locale);
      this.conductor.setTheme(options.theme);
      this.bar.setWords(options.labels);
      this.request.onSlow = (slow) => this.conductor.notice.busy("territories", slow);
      const own = this.saver && this.saver.version;
      const same = before && before.edition === options.edition && before.against === options.against;
      const wished = before && before.wishes === options.wishes;
      if (!same || (options.version > (own ?? 0) && !this.saver?.queue.length) || (!wished && !this.wishes.areOwn(options.wishes))) this.load();
      else if (before.theme !== options.theme) this.paint();
    }

    remove() {
      this.request.abort();
      this.strokes.remove();
      this.map.off("click", this.onClick);
      this.container.removeEventListener("keydown", this.onKey);
      this.use("pan");
      this.bar.remove();
      this.canvas.remove();
      this.numbers.remove();
      this.map.boxZoom.enable();
      this.conductor.notice.clear("territories");
    }

    moved() {}

    themed() {
      if (this.model) this.paint();
    }

    async load() {
      const { edition, against, labels, locale } = this.options;
      this.conductor.setState("loading");
      const url = gezhi.address("territories", `lang=${locale}`, { edition, against: against || "" });
      try {
        const found = await this.request.get(url, (response) => response.json());
        if (!found) return;
        this.conductor.notice.clear("territories");
        this.take(found.answer);
      } catch (error) {
        console.warn("territories:", error);
        this.conductor.setState("failed");
        this.conductor.notice.say("territories", labels.failed, () => this.load());
      }
    }

    take(answer) {
      this.answer = answer;
      const kept = this.model;
      this.model = new gezhi.TerritoryModel(answer);
      const now = this.signature(answer.edition.version);
      if (kept && this.last === now) Object.assign(this.model, { done: kept.done, undone: kept.undone });
      else this.recall(now);
      if (this.saver) this.saver.stop();
      this.saver = this.save("territories/paint", answer.edition.version, () => this.remember());
      this.wishes.take(answer.wishes);
      this.saved = { name: "saved" };
      if (!answer.paints && this.tool === "paint") this.use("pan");
      this.bar.show(answer.paints, this.options.wishing);
      this.show();
      this.conductor.setState("ready");
    }

    save(path, version, answered) {
      return new gezhi.TerritorySaver(path, version, {
        answered,
        state: (name, words) => {
          this.saved = { name, words };
          if (name === "conflict") this.conductor.notice.say("territories", words, () => this.load());
          this.tell();
        },
      });
    }

    // Steps outlive a reload of the page, as long as nobody else has changed the draft

    signature(version) {
      return `gezhi territories ${this.answer.edition.id} ${version}`;
    }

    remember() {
      this.last = this.signature(this.saver.version);
      const { done, undone } = this.model;
      try {
        sessionStorage.setItem("gezhi territories", JSON.stringify({ at: this.last, done, undone }));
      } catch {
        // no room, or not allowed: then steps end with the page
      }
    }

    recall(now) {
      try {
        const kept = JSON.parse(sessionStorage.getItem("gezhi territories") || "null");
        if (kept && kept.at === now) Object.assign(this.model, { done: kept.done, undone: kept.undone });
      } catch {
        // not kept
      }
    }

    // What is shown

    show() {
      this.figures = this.model.figures();
      this.paint();
      this.tell();
    }

    paint() {
      const { colours, opacity } = this.options;
      const chosen = this.chosen && this.model.teams.some(({ id }) => id === this.chosen) ? this.chosen : null;
      Object.assign(this.canvas, { chosen, drawn: this.wishes.walls });
      this.canvas.show(this.model, this.answer.hues, colours, opacity);
      Object.assign(this.numbers, { chosen, model: this.model });
      this.numbers.redraw();
    }

    /** Tell the board, tests and those who cannot see. */
    tell() {
      const { model, answer } = this;
      this.bar.set(this.tool, this.brush, model.done.length, model.undone.length);
      const { changed, heaviest } = this.figures;
      Object.assign(this.container.dataset, {
        gezhiChanged: changed,
        gezhiHeaviest: heaviest.toFixed(3),
        gezhiSaved: this.saved.name,
        gezhiSteps: model.done.length,
        gezhiTool: this.tool,
      });
      const state = {
        draft: answer.draft,
        figures: this.figures,
        teams: answer.teams,
        hues: answer.hues,
        against: answer.against,
        edition: answer.edition,
        paints: answer.paints,
        chosen: this.chosen,
        brush: this.brush,
        tool: this.tool,
        looks: this.canvas.looks,
        saved: this.saved,
      };
      const face = {
        state,
        choose: (team) => this.choose(team, true),
        look: (name, on) => this.look(name, on),
        setBrush: (cells) => this.setBrush(cells),
        step: (what) => this.step(what),
      };
      for (const page of new Set([window, around()])) {
        page.gezhiTerritories = face;
        page.document.dispatchEvent(new page.CustomEvent("gezhi:territories", { detail: face }));
      }
    }

    look(name, on) {
      this.canvas.looks = { ...this.canvas.looks, [name]: on };
      this.canvas.redraw();
      this.tell();
    }

    /** Choose a team: by the board to paint with it, by a click on the map to see it. */
    choose(team, paints = false) {
      this.chosen = team;
      if (team !== null && paints && this.answer.paints) this.use("paint");
      this.paint();
      this.tell();
    }

    setBrush(cells) {
      this.brush = cells;
      if (this.answer.paints) this.use("paint");
      this.tell();
    }

    use(tool) {
      if (this.model) this.drop();
      this.tool = tool;
      this.map.dragging[tool === "paint" || tool === "wall" ? "disable" : "enable"]();
      this.container.classList.toggle("gz-drawing", tool !== "pan");
      const { labels } = this.options || {};
      if (labels) this.conductor.speak(labels[`${tool}_hint`]);
      this.bar.hint(labels ? labels[`${tool}_hint`] : "");
      if (this.model) this.tell();
    }

    // Painting

    draw(stroke) {
      if (stroke.tool === "wall") {
        this.canvas.draft = stroke.points;
        this.canvas.redraw();
        return;
      }
      const { points } = stroke;
      if (!this.model.stroke) {
        const first = this.rowAt(points[0]);
        const team = this.chosen ?? (first === undefined ? 0 : this.model.team[first]);
        this.model.begin(team);
        stroke.at = 0;
        this.dab(points[0]);
      }
      for (; stroke.at < points.length - 1; stroke.at++) this.between(points[stroke.at], points[stroke.at + 1]);
    }

    /** Dab along a line, closer together than cells are wide. */
    between([ax, ay], [bx, by]) {
      const [left, right] = this.model.outlines[0];
      const side = Math.hypot(left[0] - right[0], left[1] - right[1]);
      const steps = Math.max(1, Math.ceil(Math.hypot(bx - ax, by - ay) / side));
      for (let i = 1; i <= steps; i++) this.dab([ax + ((bx - ax) * i) / steps, ay + ((by - ay) * i) / steps]);
    }

    dab([x, y]) {
      const cell = window.h3.latLngToCell(latitude(y), longitude(x), this.resolution());
      if (cell === this.dabbed) return;
      this.dabbed = cell;
      const cells = this.brush > 1 ? window.h3.gridDisk(cell, this.brush > 7 ? 2 : 1) : [cell];
      if (this.model.take(cells.map((one) => this.model.rowOf.get(one)))) this.refresh();
    }

    resolution() {
      return window.h3.getResolution(this.model.cells[0]);
    }

    rowAt([x, y]) {
      return this.model.rowOf.get(window.h3.latLngToCell(latitude(y), longitude(x), this.resolution()));
    }

    /** One picture for all that happened since the last one. */
    refresh() {
      if (this.waiting) return;
      this.waiting = requestAnimationFrame(() => {
        this.waiting = null;
        if (this.model) this.show();
      });
    }

    finish(stroke) {
      this.dabbed = null;
      if (stroke.tool === "wall") {
        this.canvas.draft = null;
        this.wishes.wall(stroke.points);
        return;
      }
      this.end();
    }

    end() {
      const { kept } = this.model.stroke;
      const step = this.model.end();
      if (kept && !step) this.conductor.notice.say("pins", this.options.labels.pinned);
      else this.conductor.notice.clear("pins");
      if (step) this.keep(step);
      this.show();
    }

    keep({ rows, to }) {
      this.saver.add({
        edition: this.answer.edition.id,
        cells: rows.map((row) => this.model.cells[row]),
        teams: to.map((team) => team || null),
      });
    }

    step(what) {
      if (!this.model || !this.answer.paints || this.model.stroke) return;
      const step = this.model[what]();
      if (!step) return;
      this.keep(step);
      this.show();
    }

    drop() {
      this.dabbed = null;
      this.canvas.draft = null;
      this.model.cancel();
      this.refresh();
    }

    click({ latlng }) {
      if (!this.model) return;
      const place = [worldX(latlng.lng), worldY(latlng.lat)];
      if (this.tool === "wall") {
        this.wishes.unwall(place);
        return;
      }
      const row = this.rowAt(place);
      if (row === undefined) return;
      if (this.tool === "pin") this.wishes.pin(row);
      else if (this.tool === "paint") {
        // One cell; without a team that of the last stroke's neighbours is unknown, so it is chosen by the click.
        if (this.chosen === null) {
          this.choose(this.model.team[row] || null);
          return;
        }
        this.model.begin(this.chosen);
        this.dab(place);
        this.end();
      } else this.choose(this.chosen === this.model.team[row] ? null : this.model.team[row] || null);
    }

    key(event) {
      if (!this.model || event.altKey) return;
      if (event.ctrlKey || event.metaKey) {
        if (event.key.toLowerCase() !== "z") return;
        event.preventDefault();
        this.step(event.shiftKey ? "redo" : "undo");
        return;
      }
      const { lat, lng } = this.map.getCenter();
      if (event.key === "Enter") this.click({ latlng: { lat, lng } });
      else if (event.key === "Escape" && this.tool !== "pan") this.use("pan");
      else if (event.key === "Escape") this.choose(null);
      else return;
      event.preventDefault();
    }
  }

  /** The page around the map; the map's own where it stands alone or the other is somebody else's. */
  function around() {
    try {
      return window.parent.document ? window.parent : window;
    } catch {
      return window;
    }
  }

  gezhi.parts = { ...gezhi.parts, territories: Territories };
})((window.gezhi = window.gezhi || {}));
