/* The reports of a map as points: what to fetch, what a click on a cluster or on a single report means. */
(function (gezhi) {
  "use strict";

  const MARGIN_PX = 32;
  const HIT_PX = window.matchMedia("(pointer: coarse)").matches ? 18 : 9;
  /** Reports that stay so close at the last zoom are at one address: they are spread out instead. */
  const ONE_ADDRESS_PX = 40;
  const EDGE_PX = 56;
  const REPLACE_AFTER_MS = 120;
  /** Far off, clusters that meet at the corners of their squares become one; close up each keeps its own box. */
  const JOINED_BELOW_ZOOM = 17;
  const MOST_JOINED = 2000;
  const NOTHING = { meta: { kinds: [], names: {}, in_view: 0, open: 0, total: 0 }, clusters: [] };

  class Pins {
    constructor(conductor) {
      this.conductor = conductor;
      this.map = conductor.map;
      this.canvas = new gezhi.ClusterCanvas({ pane: conductor.pane("points", 460) }).addTo(this.map);
      this.legend = new gezhi.PointLegend().addTo(this.map);
      this.tip = new gezhi.ClusterTip(this.map);
      this.request = new gezhi.Request((slow) => conductor.notice.busy("points", slow));
      this.listing = new gezhi.Request((slow) => conductor.notice.busy("points", slow));
      this.popup = new gezhi.ReportPopup(
        this.map,
        (id) => this.load(id),
        (id) => this.canvas.setChosen(id),
      );
      this.shown = null; // {url, query, meta} of what is drawn
      this.paints = 0;
      this.gather = () => this.spreadOut(null);
      this.map.on("zoomstart", this.gather);
    }

    update(options) {
      const before = this.options;
      this.options = options;
      this.done = new Set(options.done);
      if (!before && this.conductor.ground()) this.legend.fold(true); // the cells' own legend comes first
      this.number = gezhi.numberFormat(options.locale);
      this.conductor.setTheme(options.theme);
      this.canvas.setLook(options.colours, gezhi.compactFormat(options.locale));
      if (before && (before.query !== options.query || before.version !== options.version)) this.forget();
      else if (before && before.theme !== options.theme && this.shown) this.showLegend(this.shown.meta);
      this.moved();
    }

    /** What was opened belongs to another question. */
    forget() {
      this.popup.close();
      this.listing.abort();
      this.spreadOut(null);
      this.tip.hide();
    }

    remove() {
      this.request.abort();
      clearTimeout(this.replacing);
      this.forget();
      this.map.off("zoomstart", this.gather);
      for (const layer of [this.legend, this.canvas]) layer.remove();
      this.conductor.notice.clear("points");
      this.map.getContainer().classList.remove("gz-over-point");
      delete this.map.getContainer().dataset.gezhiPoints;
    }

    /** Whether points are shown at this zoom. */
    inUse() {
      return this.map.getZoom() >= this.options.fromZoom;
    }

    moved() {
      clearTimeout(this.replacing);
      if (!this.inUse()) {
        this.request.abort();
        this.forget();
        this.shown = null;
        this.conductor.notice.clear("points");
        this.take(NOTHING);
        return;
      }
      this.requestedAt = performance.now();
      if (this.options.answer) {
        const most = this.options.colours.length - 1;
        this.show({ url: null, query: "" }, gezhi.pointWire.fromRows(this.options.answer, this.done, most), 0, 0);
        if (this.options.answer.truncated) this.say(this.options.labels.points_truncated);
        return;
      }
      const url = gezhi.address("clusters", this.options.query, {
        bbox: gezhi.projection.tileBox(this.map, MARGIN_PX).join(","),
        zoom: this.map.getZoom(),
        v: this.options.version,
      });
      if (this.shown && this.shown.url === url) {
        this.request.abort();
        this.canvas.place();
        this.painted(0, 0);
      } else if (this.request.url !== url) {
        this.fetch(url);
      }
      if (this.request.url) this.replacing = setTimeout(() => this.canvas.place(), REPLACE_AFTER_MS);
    }

    async fetch(url) {
      const query = this.options.query;
      if (this.shown && this.shown.query !== query) this.take(NOTHING);
      if (!this.conductor.ground()) this.conductor.setState("loading");
      try {
        const result = await this.request.get(url, async (response) => {
          const buffer = await response.arrayBuffer();
          const begun = performance.now();
          const decoded = gezhi.pointWire.decode(buffer);
          return { decoded, decodeMs: performance.now() - begun };
        });
        if (!result) return;
        this.conductor.notice.clear("points");
        this.show({ url, query }, result.answer.decoded, result.ms, result.answer.decodeMs);
      } catch (error) {
        this.fail(error);
      }
    }

    fail(error) {
      console.warn("points:", error);
      this.shown = null;
      clearTimeout(this.replacing);
      this.forget();
      this.take(NOTHING);
      this.conductor.notice.say("points", this.options.labels.points_failed, () => {
        this.conductor.notice.clear("points");
        this.moved();
      });
      if (!this.conductor.ground()) this.conductor.setState("failed");
    }

    say(text) {
      this.conductor.notice.say("points", text);
    }

    show(shown, { meta, clusters }, fetchMs, decodeMs) {
      clearTimeout(this.replacing);
      this.shown = { ...shown, meta };
      this.take({ meta, clusters });
      if (!clusters.length && !this.conductor.ground()) {
        const { nothing_here: here, nothing_matches: anywhere } = this.options.labels;
        this.say(meta.total ? here : anywhere);
      }
      this.painted(fetchMs, decodeMs);
    }

    take({ meta, clusters }) {
      this.tip.hide();
      const apart = this.map.getZoom() < JOINED_BELOW_ZOOM && clusters.length < MOST_JOINED;
      const scale = gezhi.projection.TILE_PX * 2 ** this.map.getZoom();
      this.canvas.setClusters(apart ? gezhi.clusterShapes.joined(clusters, scale) : clusters, this.done);
      this.showLegend(meta);
      this.map.getContainer().dataset.gezhiPoints = meta.in_view;
    }

    showLegend(meta) {
      const { clusters } = this.canvas;
      if (!clusters.length) {
        this.legend.hide();
        return;
      }
      const sums = new Array(meta.kinds.length + 1).fill(0);
      for (const { kinds } of clusters) kinds.forEach((count, kind) => (sums[kind] += count));
      const some = (test) => clusters.some(test);
      const signs = {
        open: some(({ n, done }) => n === 1 && !done),
        done: some(({ done }) => done),
        share: some(({ n }) => n > 1),
        photos: some(({ photos }) => photos),
        doubted: some(({ doubted }) => doubted),
      };
      this.legend.show({
        kinds: meta.kinds.map((slug, place) => ({ slug, place })).filter(({ place }) => sums[place]),
        colours: this.options.colours,
        names: meta.names.category,
        others: sums[meta.kinds.length] > 0,
        signs: Object.keys(signs).filter((sign) => signs[sign]),
        words: this.options.labels,
      });
    }

    /** Note what was painted, once it is on the screen; without cells or places these are the map's figures. */
    painted(fetchMs, decodeMs) {
      const { meta, query } = this.shown;
      const groups = this.canvas.clusters.filter(({ n }) => n > 1);
      const measured = {
        state: this.canvas.clusters.length ? "ready" : "empty",
        query,
        total: meta.total,
        inView: meta.in_view,
        open: meta.open,
        singles: this.canvas.clusters.length - groups.length,
        clusters: groups.length,
        largest: Math.max(0, ...groups.map(({ n }) => n)),
        requestedAt: this.requestedAt,
        fetchMs,
        decodeMs,
        drawMs: this.canvas.drawMs,
      };
      this.conductor.afterPaint(() => {
        if (this.request.url || !this.shown) return;
        this.paints += 1;
        window.__gezhiPoints = { ...measured, paintedAt: performance.now(), paints: this.paints };
        if (this.conductor.ground()) return;
        window.__gezhi = { ...window.__gezhiPoints, cells: 0, edges: [] };
        this.conductor.setState(measured.state, query, this.paints);
        this.conductor.follow();
      });
    }

    async load(id) {
      if (this.options.reports) return this.options.reports[id] || {};
      const response = await fetch(gezhi.address(`reports/${encodeURIComponent(id)}`, "", {}), {
        credentials: "same-origin",
      });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return response.json();
    }

    /** Open what is under a click; false where there is nothing. */
    click(event, byKey) {
      if (!this.inUse()) return false;
      const leg = this.canvas.legNear(event.latlng, HIT_PX + 4);
      if (leg) {
        this.openLeg(leg);
        return true;
      }
      const hit = this.canvas.near(event.latlng, HIT_PX);
      this.spreadOut(null);
      if (!hit.length) return false;
      this.tip.hide();
      if (hit[0].n > 1) this.openGroup(hit[0], byKey);
      else this.openReports(hit.filter(({ n }) => n === 1), 0);
      return true;
    }

    /** Go closer to a cluster until it comes apart; one that never does is spread out. */
    openGroup(group, byKey) {
      const [west, south, east, north] = group.box;
      const bounds = L.latLngBounds([south, west], [north, east]);
      const last = this.map.getMaxZoom();
      const corners = [bounds.getSouthWest(), bounds.getNorthEast()].map((corner) => this.map.project(corner, last));
      if (this.map.getZoom() >= last || corners[0].distanceTo(corners[1]) <= ONE_ADDRESS_PX) {
        this.list(group, byKey);
        return;
      }
      const fitting = this.map.getBoundsZoom(bounds, false, L.point(EDGE_PX, EDGE_PX).multiplyBy(2));
      const zoom = Math.min(last, Math.max(this.map.getZoom() + 1, fitting));
      this.map.setView(bounds.getCenter(), zoom);
    }

    /** Get the reports of a cluster at one address and spread them out. */
    async list(group, byKey) {
      try {
        const answer = await this.reportsOf(group);
        if (!answer) return;
        const reports = gezhi.pointWire
          .toReports(answer)
          .map((report) => ({ ...report, kinds: this.kindsOf(report.category) }))
          .sort((a, b) => this.done.has(a.status) - this.done.has(b.status) || b.id - a.id);
        if (!reports.length) return;
        if (answer.truncated) this.say(this.options.labels.points_truncated);
        this.spreadOut({ x: group.x, y: group.y, legs: gezhi.spider.legsOf(reports), reports, names: answer.names });
        this.conductor.speak(this.tip.sayOf(group, this.about()));
        if (byKey) this.openReports(reports, 0);
      } catch (error) {
        console.warn("points:", error);
        this.conductor.notice.say("points", this.options.labels.points_failed, () => {
          this.conductor.notice.clear("points");
          this.list(group, byKey);
        });
      }
    }

    async reportsOf(group) {
      if (group.reports) return { ...this.options.answer, ...rowsOf(group.reports) };
      const url = gezhi.address("points", this.options.query, { bbox: group.box.join(",") });
      const result = await this.listing.get(url, (response) => response.json());
      return result && result.answer;
    }

    kindsOf(category) {
      const { kinds } = this.shown.meta;
      const place = kinds.indexOf(category);
      return Array.from({ length: kinds.length + 1 }, (_, kind) => Number(kind === (place < 0 ? kinds.length : place)));
    }

    spreadOut(spread) {
      if (!spread && !this.canvas.spread) return;
      this.spread = spread;
      this.canvas.setSpread(spread);
      this.map.getContainer().dataset.gezhiLegs = spread ? spread.legs.length : 0;
    }

    openLeg(leg) {
      const { legs, reports } = this.spread;
      this.openReports(reports, leg.report ? legs.indexOf(leg) : legs.length - 1);
    }

    /** Open one of several reports; of those that are spread out each at the end of its leg. */
    openReports(reports, i) {
      const names = this.spread ? this.spread.names : this.shown.meta.names;
      const { colours } = this.options;
      this.popup.open(reports, i, {
        ...this.options,
        names,
        colourOf: (report) => colours[this.kindsOf(report.category).indexOf(1)],
        placeOf: (report) => this.placeOf(report),
      });
    }

    placeOf(report) {
      const legs = this.spread ? this.spread.legs : [];
      const leg = legs.find((one) => one.report === report) || (this.spread && legs[legs.length - 1]);
      if (!leg) return [report.lat, report.lon];
      const { scale } = this.canvas.frame();
      const { latitude, longitude } = gezhi.projection;
      return [latitude(this.spread.y + leg.y / scale), longitude(this.spread.x + leg.x / scale)];
    }

    about() {
      const { colours, labels } = this.options;
      return { meta: this.shown.meta, colours, words: labels, number: this.number };
    }

    hover(event) {
      const at = event && this.inUse() && this.shown ? event.latlng : null;
      const leg = at && this.canvas.legNear(at, HIT_PX + 4);
      const hit = at && !leg ? this.canvas.near(at, HIT_PX)[0] : null;
      this.map.getContainer().classList.toggle("gz-over-point", Boolean(leg || hit));
      if (hit && !this.canvas.spread) this.tip.show(hit, this.about());
      else this.tip.hide();
      return Boolean(leg || hit);
    }

    /** What lies at a place of the map, in words; empty where nothing does. */
    explain(latlng) {
      this.hover({ latlng });
      return this.tip.text;
    }

    /** Close what is open, the popup before the legs under it; false where nothing is. */
    close() {
      if (this.popup.isOpen()) this.popup.close();
      else if (this.canvas.spread) this.spreadOut(null);
      else return false;
      return true;
    }

    themed() {
      this.canvas.redraw();
    }
  }

  function rowsOf(reports) {
    const columns = ["id", "lon", "lat", "category", "status"];
    return { columns, rows: reports.map((report) => columns.map((column) => report[column])) };
  }

  gezhi.parts = { ...gezhi.parts, points: Pins };
})((window.gezhi = window.gezhi || {}));
