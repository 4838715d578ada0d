/* Places coloured by their rates: what to fetch, how each looks, what a click on one means. */
(function (gezhi) {
  "use strict";

  const { decodeShapes, decodeRates } = gezhi.shapes;
  const { hit } = gezhi.shapePaths;
  const REACH_PX = window.matchMedia("(hover: hover)").matches ? 7 : 14;
  const NO_REPORT = -1;
  const NO_FIGURE = -2;
  const NOT_SEEN = -3;

  class Rates extends gezhi.Ground {
    constructor(conductor) {
      super(conductor, "rates");
      this.canvas = new gezhi.ShapeCanvas({ pane: conductor.pane("rates", 405) }).addTo(this.map);
      this.marks = new gezhi.ShapeMarks({ pane: conductor.pane("marks", 420) }).addTo(this.map);
      this.legend = new gezhi.RateLegend().addTo(this.map);
      this.tip = new gezhi.PlaceTip(this.map);
      this.selection = new gezhi.Selection(() => this.mark());
      this.asking = { shapes: new gezhi.Request(() => {}), rates: new gezhi.Request((slow) => this.wait(slow)) };
      this.hovered = -1;
    }

    update(options) {
      const before = this.options;
      this.options = options;
      this.number = gezhi.numberFormat(options.locale);
      this.figure = gezhi.figureFormat(options.locale);
      this.conductor.setTheme(options.theme);
      if (before && before.kind !== options.kind) this.forget();
      this.selection.tell(options.selected || null);
      this.fade();
      this.refresh();
      if (before && this.rates && this.shapes) this.paint();
    }

    /** Another kind of place: nothing of the one before is right. */
    forget() {
      this.shapes = this.rates = null;
      this.hover(null);
      this.canvas.setShapes(null, this.canvas.looks);
      this.legend.hide();
    }

    remove() {
      Object.values(this.asking).forEach((request) => request.abort());
      this.tip.hide();
      this.map.getContainer().classList.remove("gz-over-cell");
      for (const layer of [this.legend, this.canvas, this.marks]) layer.remove();
      this.conductor.notice.clear("rates");
    }

    moved() {
      this.fade();
    }

    address(route, version) {
      const query = route === "place-rates" ? this.options.query : "";
      return gezhi.address(route, query, { kind: this.options.kind, v: version });
    }

    /** Get shapes and figures, unless they are here or on their way; shapes change with the places alone. */
    refresh() {
      this.requestedAt = performance.now();
      this.get("shapes", this.address("place-shapes", this.options.places), decodeShapes);
      this.get("rates", this.address("place-rates", this.options.version), decodeRates);
    }

    async get(name, url, decode) {
      const request = this.asking[name];
      const here = this[name];
      if (here && here.url === url) {
        request.abort();
        return;
      }
      if (request.url === url) return;
      const query = this.options.query;
      this.conductor.setState("loading");
      try {
        const result = await request.get(url, async (response) => decode(await response.arrayBuffer()));
        if (!result) return;
        this[name] = { ...result.answer, url, query, ms: result.ms };
        this.conductor.notice.clear("rates");
        if (this.shapes && this.rates) this.paint();
      } catch (error) {
        this.fail(error);
      }
    }

    fail(error) {
      this.forget();
      this.failed(error, { kind: this.options.kind, places: 0, total: null, edges: [] });
    }

    wait(slow) {
      this.conductor.notice.busy("rates", slow);
      this.stale = slow && Boolean(this.rates) && this.rates.query !== this.options.query;
      this.fade();
    }

    paint() {
      const { shapes, rates } = this;
      this.rows = new Map(Array.from(rates.ids, (id, i) => [id, i]));
      const { edges, uncertain_below: few } = rates.meta;
      const classes = new Int8Array(shapes.ids.length).fill(NOT_SEEN);
      const uncertain = new Uint8Array(shapes.ids.length);
      shapes.ids.forEach((id, row) => {
        const i = this.rows.get(id);
        if (i === undefined) return;
        classes[row] = classOf(rates.rate[i], rates.n[i], edges);
        uncertain[row] = classes[row] >= 0 && rates.n[i] < few ? 1 : 0;
      });
      this.colours = edges.length ? this.options.palettes[edges.length - 1] : [];
      this.stale = false;
      this.fade();
      this.marks.setShapes(shapes);
      this.canvas.setShapes(shapes, { classes, uncertain, colours: this.colours, theme: this.options.theme });
      this.showLegend(classes, uncertain);
      this.mark();
      this.painted();
    }

    showLegend(classes, uncertain) {
      if (!this.shapes.ids.length) {
        this.legend.hide();
        this.conductor.notice.say("rates", this.options.labels.no_places);
        return;
      }
      this.legend.show({
        edges: this.rates.meta.edges,
        colours: this.colours,
        title: this.options.title,
        words: this.options.labels,
        figure: this.figure,
        few: uncertain.includes(1) ? this.rates.meta.uncertain_below : 0,
        none: classes.includes(NO_REPORT),
        missing: classes.includes(NO_FIGURE) ? this.options.missing : "",
        lines: this.shapes.forms.includes(1),
      });
    }

    painted() {
      const { rates, shapes } = this;
      const measured = {
        state: shapes.ids.length ? "ready" : "empty",
        kind: this.options.kind,
        query: rates.query,
        places: shapes.ids.length,
        drawn: this.canvas.drawn,
        total: rates.meta.total,
        here: rates.meta.here,
        edges: rates.meta.edges,
        requestedAt: this.requestedAt,
        fetchMs: rates.ms,
        drawMs: this.canvas.drawMs,
      };
      this.noted(measured, () => this.asking.rates.url || this.asking.shapes.url);
    }

    themed() {
      this.marks.redraw();
    }

    mark() {
      const chosen = this.selection.cell;
      this.marks.mark(this.hovered, this.shapes && chosen !== null ? this.shapes.ids.indexOf(chosen) : -1);
    }

    /** The row of the place at a spot of the map; -1 for none. */
    rowAt(latlng) {
      if (!this.shapes || !this.rates) return -1;
      const { worldX, worldY, TILE_PX } = gezhi.projection;
      const scale = TILE_PX * 2 ** this.map.getZoom();
      return hit(this.shapes, worldX(latlng.lng), worldY(latlng.lat), REACH_PX / scale);
    }

    /** The id of the place at a spot of the map, or null. */
    at(latlng) {
      const row = this.rowAt(latlng);
      return row < 0 || !this.rows.has(this.shapes.ids[row]) ? null : this.shapes.ids[row];
    }

    click(event) {
      this.choose(this.at(event.latlng));
    }

    choose(place) {
      if (this.selection.choose(place)) {
        gezhi.report(this.map, { place, view: gezhi.viewOf(this.map, null), stamp: Date.now() });
      }
    }

    hover(latlng) {
      const found = latlng ? this.rowAt(latlng) : -1;
      const row = found >= 0 && this.rows.has(this.shapes.ids[found]) ? found : -1;
      this.hovered = row;
      this.map.getContainer().classList.toggle("gz-over-cell", row >= 0);
      this.mark();
      if (row < 0) this.tip.hide();
      else this.tip.show(latlng, this.textsOf(row));
    }

    /** What the tooltip says of a place, line by line. */
    textsOf(row) {
      const { labels, unit, missing } = this.options;
      const i = this.rows.get(this.shapes.ids[row]);
      const name = this.shapes.meta.names[row] || labels.no_name;
      const { n, open, rate, low, high, meta } = this.rates;
      const counted = n[i] === 1 ? labels.one : gezhi.fill(labels.many, { n: this.number(n[i]) });
      const lines = [name, Number.isNaN(rate[i]) ? missing : `${this.figure(rate[i])} ${unit}`];
      if (!Number.isNaN(rate[i]) && n[i]) {
        lines.push(gezhi.fill(labels.interval, { low: this.figure(low[i]), high: this.figure(high[i]) }));
      }
      lines.push(gezhi.fill(labels.of_which_open, { counted, open: this.number(open[i]) }));
      if (!Number.isNaN(rate[i]) && n[i] && n[i] < meta.uncertain_below) lines.push(labels.uncertain);
      return lines;
    }
  }

  function classOf(rate, n, edges) {
    if (Number.isNaN(rate)) return NO_FIGURE;
    if (!n) return NO_REPORT;
    let index = edges.length - 1;
    while (index > 0 && rate < edges[index]) index--;
    return index;
  }

  gezhi.parts = { ...gezhi.parts, rates: Rates };
})((window.gezhi = window.gezhi || {}));
