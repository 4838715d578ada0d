/* The cells of a map: what to fetch, when to paint it, what a click on it means. */
(function (gezhi) {
  "use strict";

  const MARGIN_PX = 64;
  const REPLACE_AFTER_MS = 120;
  /** What cells of counts are called and made of; those of hot spots are made of others. */
  const OF_COUNTS = { name: "cells", Canvas: gezhi.HexCanvas, Legend: gezhi.CellLegend, Tip: gezhi.CellTip };

  class Cells extends gezhi.Ground {
    constructor(conductor, { name, Canvas, Legend, Tip } = OF_COUNTS) {
      super(conductor, name);
      this.hexes = new Canvas({ pane: conductor.pane(name, 400) }).addTo(this.map);
      this.marks = new gezhi.MarkCanvas({ pane: conductor.pane("marks", 420) }).addTo(this.map);
      this.legend = new Legend().addTo(this.map);
      this.legend.onHighlight = (index) => this.highlight(index);
      this.legend.onKeep = (keep) => this.keepClasses(keep);
      this.request = new gezhi.Request((slow) => this.wait(slow));
      this.selection = new gezhi.Selection((cell) => this.marks.setSelected(cell));
      this.tip = new Tip(this.map);
      this.swipe = null; // the cells of another period beside these
      this.shown = null; // {url, query, asked, labels, cells}: what is painted
    }

    /** Take up options; what is on the screen changes in place. */
    update(options) {
      const before = this.options;
      this.options = options;
      this.number = gezhi.numberFormat(options.locale);
      this.conductor.setTheme(options.theme);
      this.beside();
      this.fade();
      if (this.shown && paints(before) !== paints(options)) this.recolour();
      if (this.shown) this.showLegend();
      const chosen = this.selection.tell(options.selected || null);
      if (before && chosen && options.selected) this.bring(options.selected);
      this.refresh();
    }

    /** Move the map to a cell that the page chose, unless it is in view. */
    bring(cell) {
      const centre = window.h3.cellToLatLng(cell);
      if (!this.map.getBounds().contains(centre)) this.map.panTo(centre, { animate: false });
    }

    remove() {
      this.request.abort();
      clearTimeout(this.replacing);
      if (this.swipe) this.swipe.remove();
      this.tip.hide();
      this.legend.remove();
      this.hexes.remove();
      this.marks.remove();
      this.conductor.notice.clear(this.name);
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
      if (this.swipe) this.swipe.refresh(this.addressOf(this.options.query, this.options.swipe));
      if (this.shown && this.shown.url === url) {
        this.request.abort();
        this.hexes.place();
        this.showLegend();
        this.painted(0, 0);
      } else if (this.request.url !== url) {
        this.fetch(url);
      }
    }

    /** Where the cells of a query are asked for, as the map lies now; `days` in place of the query's own. */
    addressOf(query, days) {
      return gezhi.address("cells", query, {
        ...days,
        ...this.options.ask,
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
      const { query, labels } = this.options;
      const asked = this.asked();
      this.conductor.setState("loading");
      try {
        const result = await this.request.get(url, async (response) => {
          const buffer = await response.arrayBuffer();
          const begun = performance.now();
          const cells = gezhi.wire.decode(buffer);
          return { cells, decodeMs: performance.now() - begun };
        });
        if (!result) return;
        this.show({ url, query, asked, labels, cells: result.answer.cells }, result.ms, result.answer.decodeMs);
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
        this.showLegend();
        this.painted(0, 0);
      } else {
        const { labels } = this.options;
        this.show({ url: null, query: "", asked: this.asked(), labels, cells: nearest }, 0, 0);
      }
    }

    show(shown, fetchMs, decodeMs) {
      this.shown = shown;
      clearTimeout(this.replacing);
      this.conductor.notice.clear(this.name);
      this.stale = false;
      this.fade();
      const { meta, keys, values, n } = shown.cells;
      const { resolution, edges, few } = meta;
      this.paint({ resolution, keys, values, n, edges, few }, this.colours());
      if (this.swipe) this.swipe.colour(edges, this.colours());
      this.showLegend();
      const remark = this.remark(meta, keys.length);
      if (remark) this.conductor.notice.say(this.name, remark);
      this.hover(null);
      this.painted(fetchMs, decodeMs);
    }

    paint(cells, colours) {
      this.hexes.setCells(cells, colours);
    }

    /** What there is to say of the cells that are shown; empty for nothing. */
    remark({ total }, cells) {
      if (cells) return "";
      return total ? this.options.labels.nothing_here : this.options.labels.nothing_matches;
    }

    /** A colour for each class, and one for cells without a figure. */
    colours() {
      const { palettes, changes } = this.options;
      return [...gezhi.coloursOf(this.shown.cells.meta, palettes, changes), this.quiet()];
    }

    quiet() {
      return getComputedStyle(this.map.getContainer()).getPropertyValue("--gz-quiet").trim();
    }

    recolour() {
      this.hexes.setColours(this.colours());
      if (this.swipe) this.swipe.hexes.setColours(this.colours());
    }

    /** What is measured, without the filter: the same question has the same words. */
    asked() {
      return JSON.stringify(this.options.ask || {});
    }

    /** The words for what is painted: while another measure is on its way, those of the one before. */
    words() {
      return this.shown.asked === this.asked() ? this.options.labels : this.shown.labels;
    }

    figures() {
      return new gezhi.FigureWords(this.shown.cells.meta, this.words(), this.options.locale);
    }

    showLegend() {
      this.legend.showCells(this);
    }

    /** The days of the filter and those that it is compared with, as text. */
    periods() {
      const words = this.options.labels;
      const days = new URLSearchParams(this.shown.query);
      const other = this.swipe
        ? [this.options.swipe.from, this.options.swipe.to]
        : (this.shown.cells.meta.vs || "").split("~");
      return [gezhi.daysText(days.get("from"), days.get("to"), words), gezhi.daysText(other[0], other[1], words)];
    }

    /** Begin or end the view of two periods, as the options say. */
    beside() {
      if (this.swipe && !this.options.swipe) {
        this.swipe.remove();
        this.swipe = null;
      }
      if (!this.options.swipe || this.options.packs) return;
      if (!this.swipe) {
        this.swipe = new gezhi.Swipe(this.conductor, this.hexes);
        if (this.shown) this.swipe.colour(this.shown.cells.meta.edges, this.colours());
      }
      const { labels, query, swipe } = this.options;
      const days = new URLSearchParams(query);
      const now = gezhi.daysText(days.get("from"), days.get("to"), labels);
      this.swipe.label(gezhi.daysText(swipe.from, swipe.to, labels), now, labels);
    }

    /** Let a class stand out, none where it is null. */
    highlight(index) {
      this.hexes.highlight(index);
      if (this.swipe) this.swipe.hexes.highlight(index);
    }

    /** Ask the page to keep the classes as they are now while filters change, or to let go of them. */
    keepClasses(keep) {
      this.legend.setKeep(keep, this.options.labels);
      gezhi.tell({ keep: keep ? this.shown.cells.meta.edges : [], stamp: Date.now() });
    }

    /** An answer that takes long: old figures of another filter must not look current. */
    wait(slow) {
      this.conductor.notice.busy(this.name, slow);
      const other = this.shown && (this.shown.query !== this.options.query || this.shown.asked !== this.asked());
      this.stale = slow && Boolean(other);
      this.fade();
    }

    fail(error) {
      this.shown = null;
      clearTimeout(this.replacing);
      this.hexes.clear();
      this.failed(error, { cells: 0, total: null, inView: null, edges: [] });
    }

    themed() {
      this.marks.redraw();
      if (this.shown) this.recolour();
    }

    fade() {
      super.fade(this.hexes);
      if (this.swipe) this.swipe.setOpacity(this.opacity());
    }

    /** Note what was painted, once it is on the screen. */
    painted(fetchMs, decodeMs) {
      const { cells, query } = this.shown;
      const measured = {
        state: cells.keys.length ? "ready" : "empty",
        query,
        resolution: cells.meta.resolution,
        cells: cells.keys.length,
        total: cells.meta.total,
        inView: cells.meta.in_view,
        edges: cells.meta.edges,
        measure: cells.meta.measure || "count",
        requestedAt: this.requestedAt,
        fetchMs,
        decodeMs,
        drawMs: this.hexes.drawMs,
      };
      this.noted(measured, () => this.request.url);
    }

    /** The drawn cell under a place on the map, or null. */
    at(latlng) {
      const drawn = [this.hexes, ...(this.swipe ? [this.swipe.hexes] : [])].filter(({ keys }) => keys.length);
      if (!drawn.length) return null;
      const cell = window.h3.latLngToCell(latlng.lat, latlng.lng, drawn[0].resolution);
      return drawn.some((hexes) => hexes.rowOf(cell) !== undefined) ? cell : null;
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
      if (cell) this.tip.show(latlng, cell, this);
      else this.tip.hide();
    }
  }

  Cells.MARGIN_PX = MARGIN_PX;

  /** What options say of colours, as one text. */
  function paints({ theme, palettes, changes, classes }) {
    return JSON.stringify([theme, palettes, changes, classes]);
  }

  gezhi.parts = { ...gezhi.parts, cells: Cells };
})((window.gezhi = window.gezhi || {}));
