/* What a smooth surface and coloured streets share: a scale, a bandwidth, what the pointer reads, no cells. */
(function (gezhi) {
  "use strict";

  const STALE_OPACITY = 0.25;
  /** How much of its opacity a density keeps where single points are shown. */
  const BESIDE_POINTS = 0.7;

  class Density {
    /** The name is that of the part; the canvas is what it paints on. */
    constructor(conductor, name, canvas) {
      this.conductor = conductor;
      this.map = conductor.map;
      this.name = name;
      this.canvas = canvas.addTo(this.map);
      this.legend = new gezhi.HeatLegend().addTo(this.map);
      this.tip = new gezhi.PlaceTip(this.map);
      this.selection = new gezhi.Selection(() => {}); // of cells: the tools ask every ground for its own
      this.paints = 0;
    }

    /** Take up options; return those that were there before. */
    take(options) {
      const before = this.options;
      this.options = options;
      this.number = gezhi.numberFormat(options.locale);
      this.figure = gezhi.figureFormat(options.locale);
      this.conductor.setTheme(options.theme);
      this.fade();
      return before;
    }

    remove() {
      this.hover(null);
      for (const layer of [this.legend, this.canvas]) layer.remove();
      this.conductor.notice.clear(this.name);
    }

    /** The bandwidth on the screen, in pixels, in the middle of the map. */
    radiusPx() {
      const at = this.map.getCenter().lat;
      return this.options.bandwidth / gezhi.projection.metresPerPixel(at, this.map.getZoom());
    }

    /** Show the scale of an answer; more is what only this part says of it. */
    showScale(meta, more) {
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
        words: labels,
        figure: this.figure,
        number: this.number,
        ...more,
      });
    }

    /** Say that there is no picture, and offer to try again; measured is what else is known of it. */
    failed(error, measured) {
      console.warn(`${this.name}:`, error);
      this.legend.hide();
      this.hover(null);
      this.conductor.notice.say(this.name, this.options.labels.failed, () => {
        this.conductor.notice.clear(this.name);
        this.refresh();
      });
      this.conductor.setState("failed");
      this.measure({ state: "failed", query: this.options.query, ...measured });
    }

    themed() {
      this.canvas.redraw();
    }

    /** A density is clearer where single points are shown, faint while it is out of date. */
    fade() {
      const opacity = this.options.opacity * (this.conductor.showsPoints() ? BESIDE_POINTS : 1);
      this.canvas.canvas.style.opacity = this.stale ? STALE_OPACITY : opacity;
      this.legend.setOpacity(opacity);
    }

    /** Note what was painted once it is on the screen, unless something newer is on its way by then. */
    noted(measured, isOnItsWay) {
      this.conductor.afterPaint(() => {
        if (isOnItsWay()) return;
        this.measure(measured);
        this.conductor.setState(measured.state, measured.query, this.paints);
        this.conductor.follow();
      });
    }

    measure(figures) {
      this.paints += figures.state === "failed" ? 0 : 1;
      window.__gezhi = { kind: this.name, ...figures, paintedAt: performance.now(), paints: this.paints };
    }

    /** Nothing of a density can be selected. */
    at() {
      return null;
    }

    choose() {}

    /** Where there is no pointer to hover, a tap reads the density. */
    click(event) {
      this.hover(event.latlng);
    }
  }

  gezhi.Density = Density;
})((window.gezhi = window.gezhi || {}));
