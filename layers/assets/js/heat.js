/* The heat of a map: which surface to fetch, when to paint it, what the pointer reads from it. */
(function (gezhi) {
  "use strict";

  const MARGIN_PX = 64;
  const STALE_OPACITY = 0.25;
  /** How much of its opacity the surface keeps where single points are shown. */
  const BESIDE_POINTS = 0.7;

  class Heat {
    constructor(conductor) {
      this.conductor = conductor;
      this.map = conductor.map;
      this.canvas = new gezhi.HeatCanvas({ pane: conductor.pane("heat", 400) }).addTo(this.map);
      this.legend = new gezhi.HeatLegend().addTo(this.map);
      this.tip = new gezhi.PlaceTip(this.map);
      this.ring = L.circle([0, 0], { pane: conductor.pane("reach", 420), interactive: false, className: "gz-heat-ring" });
      this.selection = new gezhi.Selection(() => {}); // of cells: the tools ask every ground for its own
      this.request = new gezhi.Request((slow) => this.wait(slow));
      this.shown = null; // {url, query, surface}: what is painted
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
      if (this.shown && `${before.stops}` !== `${options.stops}`) this.canvas.setColours(options.stops);
      if (this.shown) this.showLegend();
      this.refresh();
    }

    remove() {
      this.request.abort();
      this.hover(null);
      for (const layer of [this.legend, this.canvas]) layer.remove();
      this.conductor.notice.clear("heat");
    }

    /** The old picture is where it belongs at once, stretched; the new one follows. */
    moved() {
      this.fade();
      this.legend.measure(this.radiusPx());
      this.refresh();
    }

    /** The bandwidth on the screen, in pixels, in the middle of the map. */
    radiusPx() {
      const at = this.map.getCenter().lat;
      return this.options.bandwidth / gezhi.projection.metresPerPixel(at, this.map.getZoom());
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
        averaged: meta.averaged,
        words: labels,
        figure: this.figure,
        number: this.number,
      });
      this.legend.measure(this.radiusPx());
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
      console.warn("heat:", error);
      this.shown = null;
      this.canvas.setSurface(null, this.options.stops);
      this.legend.hide();
      this.hover(null);
      this.conductor.notice.say("heat", this.options.labels.failed, () => {
        this.conductor.notice.clear("heat");
        this.refresh();
      });
      this.conductor.setState("failed");
      const { query, bandwidth, weight } = this.options;
      this.measure({ state: "failed", query, bandwidth, weight, total: null, inView: null, top: null, max: null });
    }

    themed() {
      this.canvas.redraw();
    }

    /** The surface is clearer where single points are shown, faint while it is out of date. */
    fade() {
      const opacity = this.options.opacity * (this.conductor.showsPoints() ? BESIDE_POINTS : 1);
      this.canvas.canvas.style.opacity = this.stale ? STALE_OPACITY : opacity;
      this.legend.setOpacity(opacity);
    }

    /** Note what was painted, once it is on the screen. */
    painted(fetchMs, decodeMs) {
      const { query, surface } = this.shown;
      const { meta } = surface;
      const state = meta.max ? "ready" : "empty";
      const measured = {
        state,
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
      this.conductor.afterPaint(() => {
        if (this.request.url) return;
        this.measure(measured);
        this.conductor.setState(state, query, this.paints);
        this.conductor.follow();
      });
    }

    measure(figures) {
      this.paints += figures.state === "failed" ? 0 : 1;
      window.__gezhi = { kind: "heat", ...figures, paintedAt: performance.now(), paints: this.paints };
    }

    /** Nothing on a smooth surface can be selected. */
    at() {
      return null;
    }

    choose() {}

    /** Where there is no pointer to hover, a tap reads the surface. */
    click(event) {
      this.hover(event.latlng);
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
      this.tip.show(latlng, `${latlng}`, [
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
