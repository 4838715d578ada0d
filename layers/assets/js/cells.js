/* The cells of a map: what to fetch, when to paint it, what a click on it means. */
(function (gezhi) {
  "use strict";

  const MARGIN_PX = 64;
  const REPLACE_AFTER_MS = 120;
  const STALE_OPACITY = 0.25;
  /** How much of their opacity hexagons keep where single points are shown. */
  const BESIDE_POINTS = 0.7;

  class Cells {
    constructor(conductor) {
      this.conductor = conductor;
      this.map = conductor.map;
      this.hexes = new gezhi.HexCanvas({ pane: conductor.pane("cells", 400) }).addTo(this.map);
      this.marks = new gezhi.MarkCanvas({ pane: conductor.pane("marks", 420) }).addTo(this.map);
      this.legend = new gezhi.Legend().addTo(this.map);
      this.request = new gezhi.Request((slow) => this.wait(slow));
      this.selection = new gezhi.Selection((cell) => this.marks.setSelected(cell));
      this.tip = new gezhi.CellTip(this.map);
      this.shown = null; // {url, query, answer}: what is painted
      this.paints = 0;
    }

    /** Take up options; what is on the screen changes in place. */
    update(options) {
      const before = this.options;
      this.options = options;
      this.number = gezhi.numberFormat(options.locale);
      this.conductor.setTheme(options.theme);
      this.fade();
      if (this.shown && (before.theme !== options.theme || `${before.palettes}` !== `${options.palettes}`)) {
        this.hexes.setColours(this.colours());
      }
      if (this.shown) this.showLegend();
      this.selection.tell(options.selected || null);
      this.refresh();
    }

    remove() {
      this.request.abort();
      clearTimeout(this.replacing);
      this.tip.hide();
      this.legend.remove();
      this.hexes.remove();
      this.marks.remove();
      this.conductor.notice.clear("cells");
    }

    /** The picture moves along with the map: it is drawn again with the new cells, or soon without them. */
    moved() {
      this.fade();
      this.refresh();
      clearTimeout(this.replacing);
      if (this.request.url) this.replacing = setTimeout(() => this.hexes.place(), REPLACE_AFTER_MS);
    }

    /** The resolution that the options ask for at the present zoom. */
    wanted() {
      if (this.options.resolution !== "auto") return this.options.resolution;
      const zoom = this.map.getZoom();
      const fitting = this.options.resolutionByZoom.filter(([from]) => from <= zoom);
      return Math.max(...fitting.map(([, resolution]) => resolution));
    }

    /** Get the cells of this view, unless they are here or on their way. */
    refresh() {
      this.requestedAt = performance.now();
      if (this.options.packs) {
        this.showPacked();
        return;
      }
      const url = this.addressOf(this.options.query);
      if (this.shown && this.shown.url === url) {
        this.request.abort();
        this.hexes.place();
        this.painted(0, 0);
      } else if (this.request.url !== url) {
        this.fetch(url);
      }
    }

    /** Where the cells of a query are asked for, as the map lies now. */
    addressOf(query) {
      return gezhi.address("cells", query, {
        res: this.wanted(),
        bbox: gezhi.projection.tileBox(this.map, MARGIN_PX).join(","),
        zoom: this.map.getZoom(),
        v: this.options.version,
      });
    }

    /** The classes that a query would have. */
    async edgesOf(query) {
      const response = await fetch(this.addressOf(query), { credentials: "same-origin" });
      return response.ok ? gezhi.wire.decode(await response.arrayBuffer()).meta.edges : [];
    }

    async fetch(url) {
      const query = this.options.query;
      this.conductor.setState("loading");
      try {
        const result = await this.request.get(url, async (response) => {
          const buffer = await response.arrayBuffer();
          const begun = performance.now();
          const cells = gezhi.wire.decode(buffer);
          return { cells, decodeMs: performance.now() - begun };
        });
        if (result) this.show({ url, query, cells: result.answer.cells }, result.ms, result.answer.decodeMs);
      } catch (error) {
        this.fail(error);
      }
    }

    /** Without a server: of the packs that came with the page, the nearest to what is wanted. */
    showPacked() {
      this.unpacked =
        this.unpackedFrom === this.options.packs
          ? this.unpacked
          : this.options.packs.map((text) => gezhi.wire.decode(gezhi.wire.fromBase64(text)));
      this.unpackedFrom = this.options.packs;
      const distance = (cells) => Math.abs(cells.meta.resolution - this.wanted());
      const nearest = this.unpacked.reduce((a, b) => (distance(b) < distance(a) ? b : a));
      if (this.shown && this.shown.cells === nearest) {
        this.hexes.place();
        this.painted(0, 0);
      } else {
        this.show({ url: null, query: "", cells: nearest }, 0, 0);
      }
    }

    show(shown, fetchMs, decodeMs) {
      this.shown = shown;
      clearTimeout(this.replacing);
      this.conductor.notice.clear("cells");
      this.stale = false;
      this.fade();
      const { meta, keys, counts } = shown.cells;
      this.hexes.setCells({ resolution: meta.resolution, keys, counts, edges: meta.edges }, this.colours());
      this.showLegend();
      if (!keys.length) {
        const words = this.options.labels;
        this.conductor.notice.say("cells", meta.total ? words.nothing_here : words.nothing_matches);
      }
      this.hover(null);
      this.painted(fetchMs, decodeMs);
    }

    colours() {
      const { edges } = this.shown.cells.meta;
      return edges.length ? this.options.palettes[edges.length - 1] : [];
    }

    showLegend() {
      const { meta } = this.shown.cells;
      if (!meta.edges.length) {
        this.legend.hide();
        return;
      }
      this.legend.show({
        edges: meta.edges,
        colours: this.colours(),
        resolution: meta.resolution,
        wanted: this.options.packs ? meta.resolution : this.wanted(),
        words: this.options.labels,
        number: this.number,
      });
    }

    /** An answer that takes long: old figures of another filter must not look current. */
    wait(slow) {
      this.conductor.notice.busy("cells", slow);
      this.stale = slow && Boolean(this.shown) && this.shown.query !== this.options.query;
      this.fade();
    }

    fail(error) {
      console.warn("cells:", error);
      this.shown = null;
      clearTimeout(this.replacing);
      this.hexes.clear();
      this.legend.hide();
      this.hover(null);
      this.conductor.notice.say("cells", this.options.labels.failed, () => {
        this.conductor.notice.clear("cells");
        this.refresh();
      });
      this.conductor.setState("failed");
      const { query } = this.options;
      this.measure({ state: "failed", query, cells: 0, total: null, inView: null, edges: [] });
    }

    themed() {
      this.marks.redraw();
    }

    /** Hexagons are clearer where single points are shown, faint while they are out of date. */
    fade() {
      this.hexes.canvas.style.opacity = this.stale ? STALE_OPACITY : this.opacity();
      this.legend.setOpacity(this.opacity());
    }

    opacity() {
      return this.options.opacity * (this.conductor.showsPoints() ? BESIDE_POINTS : 1);
    }

    /** Note what was painted, once it is on the screen. */
    painted(fetchMs, decodeMs) {
      const { cells, query } = this.shown;
      const state = cells.keys.length ? "ready" : "empty";
      const measured = {
        state,
        query,
        resolution: cells.meta.resolution,
        cells: cells.keys.length,
        total: cells.meta.total,
        inView: cells.meta.in_view,
        edges: cells.meta.edges,
        requestedAt: this.requestedAt,
        fetchMs,
        decodeMs,
        drawMs: this.hexes.drawMs,
      };
      this.conductor.afterPaint(() => {
        if (this.request.url) return;
        this.measure(measured);
        this.conductor.setState(state, query, this.paints);
        this.conductor.follow();
      });
    }

    measure(figures) {
      this.paints += figures.state === "failed" ? 0 : 1;
      window.__gezhi = { ...figures, paintedAt: performance.now(), paints: this.paints };
    }

    /** The drawn cell under a place on the map, or null. */
    at(latlng) {
      if (!this.hexes.keys.length) return null;
      const cell = window.h3.latLngToCell(latlng.lat, latlng.lng, this.hexes.resolution);
      return this.hexes.countOf(cell) === undefined ? null : cell;
    }

    click(event) {
      this.choose(this.at(event.latlng));
    }

    choose(cell) {
      if (this.selection.choose(cell)) {
        gezhi.report(this.map, {
          cell,
          view: gezhi.viewOf(this.map, this.hexes.resolution || null),
          stamp: Date.now(), // two equal clicks are two messages
        });
      }
    }

    /** Mark and explain the cell under the pointer, none where `latlng` is null. */
    hover(latlng) {
      const cell = latlng && this.at(latlng);
      this.map.getContainer().classList.toggle("gz-over-cell", Boolean(cell));
      this.marks.setHovered(cell);
      if (cell) this.tip.show(latlng, cell, this.hexes.countOf(cell), this.options.labels, this.number);
      else this.tip.hide();
    }
  }

  gezhi.parts = { ...gezhi.parts, cells: Cells };
})((window.gezhi = window.gezhi || {}));
