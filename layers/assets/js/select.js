/* Several cells at once: by box, lasso or ring, one by one, by keys; the page is told and may tell what is selected. */
(function (gezhi) {
  "use strict";

  const { worldX, worldY } = gezhi.projection;
  const { boxOf, middlesIn, cellsIn, cellAt, disk, border } = gezhi.selectShapes;
  const FIT_MOST_ZOOM = 17;

  class Select {
    constructor(conductor) {
      this.conductor = conductor;
      this.map = conductor.map;
      this.container = this.map.getContainer();
      this.canvas = new gezhi.SelectionCanvas({ pane: conductor.pane("selection", 415) }).addTo(this.map);
      this.set = new gezhi.CellSet();
      this.selection = new gezhi.Selection((text) => this.take(text));
      this.tool = null;
      this.mode = "new";
      this.stroke = null; // one that is drawn by keys
      this.draft = new gezhi.Draft(this.map, this.canvas);
      this.bar = new gezhi.SelectBar(this.map, {
        tool: (name) => this.use(name),
        mode: (name) => this.setMode(name),
        fit: () => this.fit(),
        clear: () => this.clear(),
        escape: () => this.use("pan"),
      });
      this.strokes = new gezhi.Strokes(this.map, {
        toolFor: (event) => this.tool || (event.shiftKey || event.altKey ? "box" : null),
        draw: (stroke, at) => this.preview(stroke, this.modeOf(stroke.event), at),
        finish: (stroke) => this.finish(stroke, this.modeOf(stroke.event)),
        cancel: () => this.drop(),
        hold: (latlng) => this.toggle(latlng),
      });
      this.map.boxZoom.disable(); // Shift and a drag select
      this.onMove = () => this.follow();
      this.map.on("move", this.onMove);
      this.watch = new MutationObserver(() => this.showSum());
      this.watch.observe(this.container, { attributeFilter: ["data-gezhi-state", "data-gezhi-paints"] });
    }

    update(options) {
      const before = this.options;
      this.options = options;
      this.number = gezhi.numberFormat(options.locale);
      this.draft.setWords(options.labels.select_ring_label, this.number, options.rings);
      if (!before) this.bar.show(options.tools);
      this.conductor.setTheme(options.theme);
      if (!before || before.locale !== options.locale) {
        this.bar.setWords(options.labels, options.keys);
        this.bar.setTool(this.tool, this.mode);
        this.bar.setCount(this.set.size, this.number(this.set.size));
      }
      this.selection.tell(options.chosen || "");
    }

    remove() {
      this.watch.disconnect();
      this.strokes.remove();
      this.map.off("move", this.onMove);
      this.use("pan");
      this.map.boxZoom.enable();
      this.bar.remove();
      this.draft.remove();
      this.canvas.remove();
      this.conductor.notice.clear("select");
    }

    moved() {}

    themed() {
      this.canvas.redraw();
    }

    // What is selected

    /** Show what is selected now, whoever said so. */
    take(text) {
      this.set = gezhi.CellSet.read(text);
      this.canvas.setLoops(border(this.set.words()));
      this.bar.setCount(this.set.size, this.number(this.set.size));
      this.showSum();
      this.container.dataset.gezhiSelected = this.set.size;
    }

    /** What is selected in a line on the map; again when other cells are painted, for they bring their reports. */
    showSum() {
      this.bar.setSum(this.set.size ? this.sentence() : "");
    }

    /** Change the selection by cells, given by their keys. */
    change(mode, resolution, keys) {
      if (mode === "new") this.choose(new gezhi.CellSet(resolution, keys));
      else if (mode === "remove") this.choose(this.set.without(keys));
      else this.choose(this.set.size ? this.set.with(keys) : new gezhi.CellSet(resolution, keys));
    }

    choose(set) {
      const { labels, most } = this.options;
      this.conductor.notice.clear("select");
      if (set.size > most) {
        this.refuse();
        return;
      }
      const changed = this.selection.choose(set.text);
      if (changed) {
        const ground = this.conductor.ground();
        if (ground) ground.selection.choose(null); // the figures beside the map are those of all these cells
        const view = gezhi.viewOf(this.map, this.shownResolution());
        gezhi.report(this.map, { cells: set.text, view, stamp: Date.now() });
      }
      this.conductor.speak(this.set.size ? this.sentence() : labels.select_none);
    }

    refuse() {
      const { labels, most } = this.options;
      this.conductor.notice.say("select", gezhi.fill(labels.select_too_many, { most: this.number(most) }));
    }

    clear() {
      this.choose(new gezhi.CellSet());
      if (!this.tool) this.bar.open(false);
      this.container.focus(); // the button that was pressed is gone
    }

    /** "12 cells selected, 340 reports". */
    sentence() {
      const { labels } = this.options;
      const n = this.set.size;
      const cells = n === 1 ? labels.select_one : gezhi.fill(labels.select_many, { n: this.number(n) });
      const reports = this.reports();
      if (reports === null) return cells;
      return `${cells}, ${reports === 1 ? labels.one : gezhi.fill(labels.many, { n: this.number(reports) })}`;
    }

    /** How many reports the selected cells have; null where the map does not show that of all of them. */
    reports() {
      const drawn = this.drawn(this.set.resolution);
      if (!drawn || (drawn.meta.measure || "count") !== "count") return null;
      const unseen = new Set(this.set.keys);
      let sum = 0;
      drawn.keys.forEach((key, i) => {
        if (unseen.delete(key)) sum += drawn.n[i];
      });
      const view = this.map.getBounds();
      const here = (key) => view.contains(window.h3.cellToLatLng(gezhi.wire.toWords(key, this.set.resolution)));
      return Array.from(unseen).every(here) ? sum : null;
    }

    // Which cells

    /** The cells that are drawn with this resolution, or null. */
    drawn(resolution) {
      const cells = this.conductor.cells();
      const shown = cells && cells.shown && cells.shown.cells;
      return shown && shown.meta.resolution === resolution ? shown : null;
    }

    /** The resolution that is on the screen, or would be if cells were. */
    shownResolution() {
      const cells = this.conductor.cells();
      if (cells && cells.shown) return cells.shown.cells.meta.resolution;
      const { resolution, resolutionByZoom } = this.options;
      if (resolution !== "auto") return resolution;
      const zoom = this.map.getZoom();
      return Math.max(...resolutionByZoom.filter(([from]) => from <= zoom).map(([, fitting]) => fitting));
    }

    /** A selection keeps its resolution while it is changed; a new one has that of the screen. */
    resolutionFor(mode) {
      return mode !== "new" && this.set.size ? this.set.resolution : this.shownResolution();
    }

    /** The cells of a shape: those with reports where these are drawn, else all. Null where they are too many. */
    within(polygon, mode, resolution) {
      const drawn = this.drawn(resolution);
      if (mode === "remove") return middlesIn(polygon, this.set.keys, resolution);
      return drawn ? middlesIn(polygon, drawn.keys, resolution) : cellsIn(polygon, resolution, this.options.most);
    }

    /** The cell at a place, where a click would find one or it is selected already. */
    keyAt(latlng, resolution) {
      const key = gezhi.wire.toKey(cellAt([worldX(latlng.lng), worldY(latlng.lat)], resolution));
      const drawn = this.drawn(resolution);
      return drawn && !this.set.has(key) && !drawn.keys.includes(key) ? null : key;
    }

    /** Put the cell at a place into the selection or take it out. */
    toggle(latlng) {
      const resolution = this.resolutionFor("add");
      const key = this.keyAt(latlng, resolution);
      if (key === null) return;
      const opened = this.openedKey(resolution);
      if (this.set.has(key)) this.change("remove", resolution, [key]);
      else this.change("add", resolution, opened === null ? [key] : [opened, key]);
    }

    /** The cell whose reports are listed, while nothing is selected: one goes on from there. */
    openedKey(resolution) {
      const cells = this.conductor.cells();
      const cell = cells && !this.set.size ? cells.selection.cell : null;
      return cell && gezhi.wire.resolutionOf(cell) === resolution ? gezhi.wire.toKey(cell) : null;
    }

    /** All cells in sight that have reports. */
    takeView() {
      const bounds = this.map.getBounds();
      const corner = (latlng) => [worldX(latlng.lng), worldY(latlng.lat)];
      this.finish({ tool: "box", points: [corner(bounds.getNorthWest()), corner(bounds.getSouthEast())] }, "new");
    }

    // Tools

    use(tool) {
      this.drop();
      this.tool = tool === "pan" ? null : tool;
      if (!this.tool) this.mode = "new";
      this.map.dragging[this.tool ? "disable" : "enable"]();
      this.container.classList.toggle("gz-drawing", Boolean(this.tool));
      this.container.dataset.gezhiTool = this.tool || "pan";
      this.bar.setTool(this.tool, this.mode);
      if (this.options) this.conductor.speak(this.options.labels[`select_${tool}`]);
    }

    setMode(mode) {
      this.mode = mode;
      this.bar.setTool(this.tool, mode);
    }

    modeOf(event) {
      if (event.altKey) return "remove";
      return event.shiftKey ? "add" : this.mode;
    }

    preview(stroke, mode, at) {
      this.draft.show(stroke, at, this.resolutionFor(mode));
    }

    finish(stroke, mode) {
      const { points, tool } = stroke;
      const last = points[points.length - 1];
      this.drop();
      if (tool === "ring") {
        const { resolution, cell, rings } = this.draft.ringOf(stroke, this.resolutionFor(mode));
        this.change(mode, resolution, disk(cell, rings));
        return;
      }
      const polygon = tool === "box" ? boxOf(points[0], last) : points;
      const resolution = this.resolutionFor(mode);
      const keys = this.within(polygon, mode, resolution);
      if (keys === null) this.refuse();
      else this.change(mode, resolution, keys);
    }

    drop() {
      this.stroke = null;
      this.draft.clear();
    }

    fit() {
      if (!this.set.size) return;
      const places = this.set.words().map((cell) => window.h3.cellToBoundary(cell));
      this.map.fitBounds(places.flat(), { padding: [24, 24], maxZoom: FIT_MOST_ZOOM, animate: false });
    }

    // Clicks and keys

    /** Whether a click was one for the selection. */
    click({ latlng, originalEvent: event }) {
      if (this.tool) {
        const mode = this.modeOf(event);
        const resolution = this.resolutionFor(mode);
        const key = this.keyAt(latlng, resolution);
        if (key !== null) this.change(mode, resolution, [key]);
        return true;
      }
      if (!(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)) return false;
      this.toggle(latlng);
      return true;
    }

    /** Whether something is being drawn: then nothing else on the map asks for attention. */
    busy() {
      return Boolean(this.tool || this.strokes.stroke);
    }

    /** Whether a key was one for the selection. */
    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return false;
      const keys = {
        b: () => this.use("box"),
        l: () => this.use("lasso"),
        r: () => this.use("ring"),
        p: () => this.use("pan"),
        a: () => this.takeView(),
        z: () => this.fit(),
        "?": () => this.bar.help.show(this.container),
        Enter: () => this.enter(event),
        Escape: () => this.escape(),
      };
      const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      return Boolean(act) && act() !== false;
    }

    /** Draw by keys: each Enter sets a corner in the middle of the map. */
    enter(event) {
      if (!this.tool) {
        if (event.shiftKey) this.toggle(this.map.getCenter());
        return event.shiftKey;
      }
      const { lat, lng } = this.map.getCenter();
      const place = [worldX(lng), worldY(lat)];
      if (!this.stroke) {
        this.stroke = { tool: this.tool, points: [place, place] };
        this.conductor.speak(this.options.labels.select_corner);
        return true;
      }
      this.stroke.points[this.stroke.points.length - 1] = place;
      if (this.tool !== "lasso" || event.shiftKey) this.finish(this.stroke, this.mode);
      else this.stroke.points.push(place);
      return true;
    }

    /** Away with what is drawn, then the tool, then the cell that was clicked (by others), then the selection. */
    escape() {
      if (this.stroke || this.strokes.stroke) {
        this.strokes.cancel();
        this.drop();
        return true;
      }
      if (this.tool) {
        this.use("pan");
        return true;
      }
      const ground = this.conductor.ground();
      if (!this.set.size || (ground && ground.selection.cell !== null)) return false;
      this.choose(new gezhi.CellSet());
      return true;
    }

    /** What is drawn by keys ends in the middle of the map. */
    follow() {
      if (!this.stroke) return;
      const { lat, lng } = this.map.getCenter();
      const points = [...this.stroke.points.slice(0, -1), [worldX(lng), worldY(lat)]];
      this.stroke.points = points;
      this.preview(this.stroke, this.mode, this.map.getSize().divideBy(2));
    }
  }

  gezhi.parts = { ...gezhi.parts, select: Select };
})((window.gezhi = window.gezhi || {}));
