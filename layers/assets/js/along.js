/* Streets coloured by reports per km: what to fetch, when to paint it, what the pointer reads from it. */
(function (gezhi) {
  "use strict";

  const { decodeLines, decodeDensity, densityOf, nearest, pieceAt } = gezhi.streetWire;
  const REACH_PX = window.matchMedia("(hover: hover)").matches ? 9 : 16;

  class Along extends gezhi.Density {
    constructor(conductor) {
      super(conductor, "along", new gezhi.StreetCanvas({ pane: conductor.pane("along", 405) }));
      this.asking = { lines: new gezhi.Request(() => {}), density: new gezhi.Request((slow) => this.wait(slow)) };
    }

    /** Take up options; what is on the screen changes in place. */
    update(options) {
      const before = this.take(options);
      this.refresh();
      const looks = ({ stops, theme, title, labels }) => JSON.stringify([stops, theme, title, labels]);
      if (before && this.isThere() && looks(before) !== looks(options)) this.paint();
    }

    remove() {
      Object.values(this.asking).forEach((request) => request.abort());
      super.remove();
    }

    /** The whole city is here: only the bandwidth in the legend has another length now. */
    moved() {
      this.fade();
      this.legend.measure(this.radiusPx());
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
      const { labels } = this.options;
      const words = { ...labels, counts_within: labels.counts_along };
      this.showScale(meta, { solid: true, averaged: false, words });
      if (!meta.top) return;
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
      this.lines = this.density = null;
      this.canvas.setDensity(null, null, this.options);
      this.failed(error);
    }

    /** Note what was painted, once it is on the screen. */
    painted() {
      const { lines, density } = this;
      const { meta, query } = density;
      const measured = {
        state: meta.max ? "ready" : "empty",
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
      this.noted(measured, () => this.asking.lines.url || this.asking.density.url);
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
      this.tip.show(latlng, [
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
