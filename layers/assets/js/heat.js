/* The heat of a map: which surface to fetch, when to paint it, what the pointer reads from it. */
(function (gezhi) {
  "use strict";

  const MARGIN_PX = 64;

  class Heat extends gezhi.Density {
    constructor(conductor) {
      super(conductor, "heat", new gezhi.HeatCanvas({ pane: conductor.pane("heat", 400) }));
      this.ring = L.circle([0, 0], { pane: conductor.pane("reach", 420), interactive: false, className: "gz-heat-ring" });
      this.request = new gezhi.Request((slow) => this.wait(slow));
      this.shown = null; // {url, query, surface}: what is painted
    }

    /** Take up options; what is on the screen changes in place. */
    update(options) {
      const before = this.take(options);
      if (this.shown && `${before.stops}` !== `${options.stops}`) this.canvas.setColours(options.stops);
      if (this.shown) this.showLegend();
      this.refresh();
    }

    remove() {
      this.request.abort();
      super.remove();
    }

    /** The old picture is where it belongs at once, stretched; the new one follows. */
    moved() {
      this.fade();
      this.legend.measure(this.radiusPx());
      this.refresh();
    }

    /** Get the surface of this view, unless it is here or on its way. */
    refresh() {
      this.requestedAt = performance.now();
      const { query, bandwidth, weight, version } = this.options;
      const url = gezhi.address("heat", query, {
        bandwidth,
        weight,
        bbox: gezhi.projection.tileBox(this.map, MARGIN_PX).join(","),
        zoom: Math.round(this.map.getZoom()),
        v: version,
      });
      if (this.shown && this.shown.url === url) {
        this.request.abort();
        this.painted(0, 0);
      } else if (this.request.url !== url) {
        this.fetch(url);
      }
    }

    async fetch(url) {
      const { query } = this.options;
      this.conductor.setState("loading");
      try {
        const result = await this.request.get(url, async (response) => {
          const buffer = await response.arrayBuffer();
          const begun = performance.now();
          const surface = gezhi.heatWire.decode(buffer);
          return { surface, decodeMs: performance.now() - begun };
        });
        if (result) this.show({ url, query, surface: result.answer.surface }, result.ms, result.answer.decodeMs);
      } catch (error) {
        this.fail(error);
      }
    }

    show(shown, fetchMs, decodeMs) {
      this.shown = shown;
      this.conductor.notice.clear("heat");
      this.stale = false;
      this.fade();
      this.canvas.setSurface(shown.surface, this.options.stops);
      this.showLegend();
      const { max, total } = shown.surface.meta;
      const words = this.options.labels;
      if (!max) this.conductor.notice.say("heat", total ? words.nothing_here : words.nothing_matches);
      this.hover(null);
      this.painted(fetchMs, decodeMs);
    }

    showLegend() {
      const { meta } = this.shown.surface;
      this.showScale(meta, { averaged: meta.averaged });
      if (meta.top) this.legend.measure(this.radiusPx());
    }

    /** An answer that takes long: the old surface of another question must not look current. */
    wait(slow) {
      this.conductor.notice.busy("heat", slow);
      this.stale = slow && Boolean(this.shown) && this.isOther(this.shown);
      this.fade();
    }

    isOther({ query, surface }) {
      const { bandwidth, weight } = surface.meta;
      return query !== this.options.query || bandwidth !== this.options.bandwidth || weight !== this.options.weight;
    }

    fail(error) {
      this.shown = null;
      this.canvas.setSurface(null, this.options.stops);
      const { bandwidth, weight } = this.options;
      this.failed(error, { bandwidth, weight, total: null, inView: null, top: null, max: null });
    }

    /** Note what was painted, once it is on the screen. */
    painted(fetchMs, decodeMs) {
      const { query, surface } = this.shown;
      const { meta } = surface;
      const measured = {
        state: meta.max ? "ready" : "empty",
        query,
        bandwidth: meta.bandwidth,
        weight: meta.weight,
        total: meta.total,
        inView: meta.in_view,
        top: meta.top,
        max: meta.max,
        averaged: meta.averaged,
        nodes: surface.nodes.length,
        requestedAt: this.requestedAt,
        fetchMs,
        decodeMs,
        drawMs: this.canvas.drawMs,
      };
      this.noted(measured, () => this.request.url);
    }

    /** Say the density at a spot, and draw around it how far reports count. */
    hover(latlng) {
      const density = latlng && this.shown ? this.densityAt(latlng) : null;
      if (density === null) {
        this.tip.hide();
        this.ring.remove();
        return;
      }
      const { labels, bandwidth } = this.options;
      const metres = this.number(bandwidth);
      this.tip.show(latlng, [
        gezhi.fill(labels.per_km2, { n: this.figure(density) }),
        gezhi.fill(labels.within, { metres }),
      ]);
      this.ring.setLatLng(latlng).setRadius(bandwidth);
      if (!this.map.hasLayer(this.ring)) this.ring.addTo(this.map);
    }

    densityAt({ lat, lng }) {
      const { worldX, worldY } = gezhi.projection;
      return gezhi.heatWire.densityAt(this.shown.surface, worldX(lng), worldY(lat));
    }
  }

  gezhi.parts = { ...gezhi.parts, heat: Heat };
})((window.gezhi = window.gezhi || {}));
