/* What a smooth surface and coloured streets share: a scale, a bandwidth, what the pointer reads, no cells. */
(function (gezhi) {
  "use strict";

  class Density extends gezhi.Ground {
    /** The name is that of the part; the canvas is what it paints on. */
    constructor(conductor, name, canvas) {
      super(conductor, name);
      this.canvas = canvas.addTo(this.map);
      this.legend = new gezhi.HeatLegend().addTo(this.map);
      this.tip = new gezhi.PlaceTip(this.map);
      this.selection = new gezhi.Selection(() => {}); // of cells: the tools ask every ground for its own
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

    themed() {
      this.canvas.redraw();
    }

    measure(figures) {
      super.measure({ kind: this.name, ...figures });
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
