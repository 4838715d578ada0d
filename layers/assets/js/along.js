/* Streets coloured by reports per km: what to fetch, when to paint it, what the pointer reads from it. */
(function (gezhi) {
  "use strict";

  const { decodeLines, decodeDensity, densityOf, nearest, pieceAt } = gezhi.streetWire;
  const STALE_OPACITY = 0.25;
  const BESIDE_POINTS = 0.7;
  const REACH_PX = window.matchMedia("(hover: hover)").matches ? 9 : 16;

  class Along {
    constructor(conductor) {
      this.conductor = conductor;
      this.map = conductor.map;
      this.canvas = new gezhi.StreetCanvas({ pane: conductor.pane("along", 405) }).addTo(this.map);
      this.legend = new gezhi.HeatLegend().addTo(this.map);
      this.tip = new gezhi.PlaceTip(this.map);
      this.selection = new gezhi.Selection(() => {}); // of cells: the tools ask every ground for its own
      this.asking = { lines: new gezhi.Request(() => {}), density: new gezhi.Request((slow) => this.wait(slow)) };
      this.paints = 0;
    }

    /** Take up options; what is on the screen changes in place. */
    update(options) {
      const before = this.options;
      this.options = options;
      this.number = gezhi.numberFormat(options.locale);
      this.figure = gezhi.figureFormat(options.locale);
      this.conductor.setTheme(options.theme);
      this.fade();
      this.refresh();
      const looks = ({ stops, theme, title, labels }) => JSON.stringify([stops, theme, title, labels]);
      if (before && this.isThere() && looks(before) !== looks(options)) this.paint();
    }

    remove() {
      Object.values(this.asking).forEach((request) => request.abort());
      this.hover(null);
      for (const layer of [this.legend, this.canvas]) layer.remove();
      this.conductor.notice.clear("along");
    }

    /** The whole city is here: only the bandwidth in the legend has another length now. */
    moved() {
      this.fade();
      this.legend.measure(this.radiusPx());
    }

    /** The bandwidth on the screen, in pixels, in the middle of the map. */
    radiusPx() {
      const at = this.map.getCenter().lat;
      return this.options.bandwidth / gezhi.projection.metresPerPixel(at, this.map.getZoom());
    }

    addressOf(query) {
      const { bandwidth, weight, version, places } = this.options;
      return gezhi.address("street-density", query, { bandwidth, weight, v: `${version} ${places}` });
    }

    /** Get streets and densities, unless they are here or on their way; streets change with the places alone. */
    refresh() {
      this.requestedAt = performance.now();
      const { places, locale } = this.options;
      this.get("lines", gezhi.address("street-lines", "", { v: places, lang: locale }), decodeLines);
      this.get("density", this.addressOf(this.options.query), decodeDensity);
    }

    async get(name, url, decode) {
      const request = this.asking[name];
      if (this[name] && this[name].url === url) {
        request.abort();
        return;
      }
      if (request.url === url) return;
      const { query } = this.options;
      this.conductor.setState("loading");
      try {
        const result = await request.get(url, async (response) => decode(await response.arrayBuffer()));
        if (!result) return;
        this[name] = { ...result.answer, url, query, ms: result.ms };
        if (this.isThere()) this.paint();
      } catch (error) {
        this.fail(error);
      }
    }

    isThere() {
      return Boolean(this.lines && this.density) && !this.asking.lines.url;
    }

    paint() {
      const { lines, density } = this;
      if (density.pieces.length !== lines.firstPiece[lines.firstPiece.length - 1]) {
        // Streets were imported between the two answers; what is newer says so with another version soon.
        this.fail(new Error("densities of other streets"));
        return;
      }
      this.conductor.notice.clear("along");
      this.stale = false;
      this.fade();
      this.canvas.setDensity(lines, density, this.options);
      this.showLegend();
      const { max, total, far } = density.meta;
      const words = this.options.labels;
      if (!lines.names.length) this.conductor.notice.say("along", words.no_streets);
      else if (!max) this.conductor.notice.say("along", total ? this.farWords(total, far) : words.nothing_matches);
      this.hover(null);
      this.painted();
    }

    farWords(total, far) {
      const { number, density } = this;
      const metres = number(density.meta.within);
      return gezhi.fill(this.options.labels.far_from_streets, { n: number(far), total: number(total), metres });
    }

    showLegend() {
      const { meta } = this.density;
      if (!meta.top) {
        this.legend.hide();
        return;
      }
      const { stops, title, labels } = this.options;
      this.legend.show({
        title,
        stops,
        top: meta.top,
        open: meta.max > meta.top,
        bandwidth: meta.bandwidth,
        solid: true,
        averaged: false,
        words: { ...labels, counts_within: labels.counts_along },
        figure: this.figure,
        number: this.number,
      });
      if (meta.far) this.legend.note.textContent += `\n${this.farWords(meta.total, meta.far)}`;
      this.legend.measure(this.radiusPx());
    }

    /** An answer that takes long: the old colours of another question must not look current. */
    wait(slow) {
      this.conductor.notice.busy("along", slow);
      this.stale = slow && Boolean(this.density) && this.density.url !== this.addressOf(this.options.query);
      this.fade();
    }

    fail(error) {
      console.warn("along:", error);
      this.lines = this.density = null;
      this.canvas.setDensity(null, null, this.options);
      this.legend.hide();
      this.hover(null);
      this.conductor.notice.say("along", this.options.labels.failed, () => {
        this.conductor.notice.clear("along");
        this.refresh();
      });
      this.conductor.setState("failed");
      this.measure({ state: "failed", query: this.options.query });
    }

    themed() {
      this.canvas.redraw();
    }

    /** Streets are clearer where single points are shown, faint while they are out of date. */
    fade() {
      const opacity = this.options.opacity * (this.conductor.showsPoints() ? BESIDE_POINTS : 1);
      this.canvas.canvas.style.opacity = this.stale ? STALE_OPACITY : opacity;
      this.legend.setOpacity(opacity);
    }

    /** Note what was painted, once it is on the screen. */
    painted() {
      const { lines, density } = this;
      const { meta, query } = density;
      const state = meta.max ? "ready" : "empty";
      const measured = {
        state,
        query,
        bandwidth: meta.bandwidth,
        weight: meta.weight,
        total: meta.total,
        far: meta.far,
        top: meta.top,
        max: meta.max,
        edges: lines.names.length,
        drawn: this.canvas.drawn,
        requestedAt: this.requestedAt,
        fetchMs: density.ms,
        drawMs: this.canvas.drawMs,
      };
      this.conductor.afterPaint(() => {
        if (this.asking.lines.url || this.asking.density.url) return;
        this.measure(measured);
        this.conductor.setState(state, query, this.paints);
        this.conductor.follow();
      });
    }

    measure(figures) {
      this.paints += figures.state === "failed" ? 0 : 1;
      window.__gezhi = { kind: "along", ...figures, paintedAt: performance.now(), paints: this.paints };
    }

    /** Nothing along a street can be selected. */
    at() {
      return null;
    }

    choose() {}

    /** Where there is no pointer to hover, a tap reads the street. */
    click(event) {
      this.hover(event.latlng);
    }

    /** Say the density of the street at a spot. */
    hover(latlng) {
      const found = latlng && this.isThere() ? this.spotAt(latlng) : null;
      if (!found) {
        this.tip.hide();
        return;
      }
      const { labels, bandwidth } = this.options;
      const density = densityOf(this.density, pieceAt(this.lines, found.edge, found.share));
      const metres = this.number(bandwidth);
      this.tip.show(latlng, `${latlng}`, [
        this.lines.names[found.edge] || labels.no_name,
        gezhi.fill(labels.per_km_street, { n: this.figure(density) }),
        gezhi.fill(labels.within_along, { metres }),
      ]);
    }

    spotAt({ lat, lng }) {
      const { worldX, worldY, TILE_PX } = gezhi.projection;
      const reach = REACH_PX / (TILE_PX * 2 ** this.map.getZoom());
      return nearest(this.lines, worldX(lng), worldY(lat), reach);
    }
  }

  gezhi.parts = { ...gezhi.parts, along: Along };
})((window.gezhi = window.gezhi || {}));
