/* What all grounds of a map have in common (cells, densities, places): how clear they are, what they tell. */
(function (gezhi) {
  "use strict";

  const STALE_OPACITY = 0.25;
  /** How much of its opacity a ground keeps where single points are shown. */
  const BESIDE_POINTS = 0.7;

  class Ground {
    /** The name is that of the part; who extends this gives it a canvas, a legend and what a pointer does. */
    constructor(conductor, name) {
      this.conductor = conductor;
      this.map = conductor.map;
      this.name = name;
      this.stale = false; // what is painted answers another question than is asked now
      this.paints = 0;
    }

    opacity() {
      return this.options.opacity * (this.conductor.showsPoints() ? BESIDE_POINTS : 1);
    }

    /** A ground is clearer where single points are shown, faint while it is out of date. */
    fade({ canvas } = this.canvas) {
      canvas.style.opacity = this.stale ? STALE_OPACITY : this.opacity();
      this.legend.setOpacity(this.opacity());
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
      window.__gezhi = { ...figures, paintedAt: performance.now(), paints: this.paints };
    }
  }

  gezhi.Ground = Ground;
})((window.gezhi = window.gezhi || {}));
