/* The hot spots of a map: cells with a class in place of a figure. */
(function (gezhi) {
  "use strict";

  const ASK_AGAIN_MS = 1000;

  class Hot extends gezhi.parts.cells {
    constructor(conductor) {
      super(conductor, { name: "hot", Canvas: gezhi.HotCanvas, Legend: gezhi.HotLegend, Tip: gezhi.HotTip });
    }

    update(options) {
      super.update(options);
      if (this.shown) this.standOut();
    }

    /** Let the class stand out that the page names, once for each time that it names another. */
    standOut() {
      const only = this.options.only || null;
      if (only === this.told || !this.isCurrent()) return;
      this.told = only;
      this.legend.press(this.keyOf(only));
    }

    remove() {
      clearTimeout(this.again);
      super.remove();
    }

    wanted() {
      return this.options.resolution;
    }

    addressOf(query) {
      return gezhi.address("hotspots", query, {
        ...this.asking(),
        bbox: gezhi.projection.tileBox(this.map, gezhi.parts.cells.MARGIN_PX).join(","),
      });
    }

    /** Where the reason of a cell is asked for; null without a server. */
    reasonAddress(cell) {
      if (this.options.packs) return null;
      return gezhi.address("hotspots/reason", this.shown.query, { ...this.asking(), cell });
    }

    asking() {
      const { ask, resolution, locale, version } = this.options;
      return { ...ask, res: resolution, lang: locale, v: version };
    }

    show(shown, fetchMs, decodeMs) {
      const { kind } = shown.cells.meta;
      if (this.kind !== kind) this.legend.press(null); // the classes are others
      this.kind = kind;
      this.drawnLooks = this.options.classes;
      this.drawnHow = this.options.how;
      super.show(shown, fetchMs, decodeMs);
      this.standOut();
      clearTimeout(this.again);
      if (shown.cells.meta.pending) this.again = setTimeout(() => this.askAgain(), ASK_AGAIN_MS);
    }

    paint(cells, colours) {
      this.hexes.setHot(cells, colours, this.looksByKey());
    }

    recolour() {
      this.hexes.setLooks(this.colours(), this.looksByKey());
    }

    /** What is still being computed is looked at again, as long as it is what the map is to show. */
    askAgain() {
      if (!this.shown || this.request.url) return;
      this.shown = { ...this.shown, url: null };
      this.refresh();
    }

    remark({ total, note, classed }, cells) {
      const { labels } = this.options;
      if (note) return note;
      if (cells) return "";
      if (!total) return labels.nothing_matches;
      return classed ? gezhi.fill(labels.nothing_here, { n: this.number(classed) }) : labels.nothing_stands_out;
    }

    /** How the classes look that are painted: while another kind is on its way, those of the one before. */
    looks() {
      return this.isCurrent() ? this.options.classes : this.drawnLooks;
    }

    how() {
      return this.isCurrent() ? this.options.how : this.drawnHow;
    }

    isCurrent() {
      return this.shown.asked === this.asked();
    }

    looksByKey() {
      const looks = new Map(this.looks().map((look) => [look.slug, look]));
      return this.shown.cells.meta.classes.map(({ slug }) => looks.get(slug));
    }

    colours() {
      return [...this.looksByKey().map(({ colour }) => colour), this.quiet()];
    }

    /** The place of a class among those that are painted; null where it is not among them. */
    keyOf(slug) {
      const key = this.shown.cells.meta.classes.findIndex((one) => one.slug === slug);
      return key < 0 ? null : key;
    }

    /** What the tooltip says of a cell before it knows more: its class and its reports. */
    textsOf(cell) {
      const row = this.hexes.rowOf(cell);
      const { labels } = this.options;
      const n = this.hexes.n[row];
      const look = this.looksByKey()[this.hexes.classes[row]];
      const reports = n === 1 ? labels.one : gezhi.fill(labels.many, { n: this.number(n) });
      return [look ? look.label : labels.no_figure, reports];
    }

    /** Classes of hot spots are no edges of figures: nobody may take them for those. */
    measure(figures) {
      const kind = this.options.ask.kind;
      super.measure({ ...figures, kind, edges: [], classes: this.shown ? this.shown.cells.meta.classes : [] });
    }
  }

  gezhi.parts = { ...gezhi.parts, hot: Hot };
})((window.gezhi = window.gezhi || {}));
