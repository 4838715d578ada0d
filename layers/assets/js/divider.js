/* A line across the map that is drawn to and fro: what lies left of it shows one thing, right of it another. */
(function (gezhi) {
  "use strict";

  const STEPS = { ArrowLeft: -2, ArrowRight: 2, ArrowDown: -2, ArrowUp: 2, PageDown: -10, PageUp: 10 };
  const ENDS = { Home: 0, End: 100 };

  class Divider {
    /** `left` and `right` are panes of the map; they are cut at the line, without being drawn again. */
    constructor(map, left, right) {
      this.map = map;
      this.panes = { left, right };
      this.percent = 50;
      this.line = gezhi.element("div", "gz-divider");
      this.grip = gezhi.element("div", "gz-divider-grip", {
        role: "slider",
        tabindex: "0",
        "aria-orientation": "horizontal",
        "aria-valuemin": "0",
        "aria-valuemax": "100",
      });
      this.sides = ["left", "right"].map((side) => gezhi.element("span", `gz-panel gz-divider-side gz-divider-${side}`));
      this.line.append(this.grip, ...this.sides);
      map.getContainer().append(this.line);
      L.DomEvent.disableClickPropagation(this.line);
      this.line.addEventListener("pointerdown", (event) => this.take(event));
      this.line.addEventListener("pointermove", (event) => this.drag(event));
      this.grip.addEventListener("keydown", (event) => this.key(event));
      this.cut = this.cut.bind(this);
      map.on("move zoomend viewreset resize", this.cut);
      this.set(this.percent);
    }

    /** What the two sides show, and what the line itself is called. */
    label(left, right, name) {
      [left, right].forEach((text, i) => {
        this.sides[i].replaceChildren(...wordsOf(text));
        this.sides[i].hidden = !text;
      });
      this.grip.setAttribute("aria-label", name);
      this.texts = [left, right];
      this.set(this.percent);
    }

    take(event) {
      event.preventDefault();
      event.stopPropagation();
      this.grip.focus({ preventScroll: true });
      this.line.setPointerCapture(event.pointerId);
    }

    drag(event) {
      if (!this.line.hasPointerCapture(event.pointerId)) return;
      const box = this.map.getContainer().getBoundingClientRect();
      this.set((100 * (event.clientX - box.left)) / box.width);
    }

    key(event) {
      if (!(event.key in STEPS) && !(event.key in ENDS)) return;
      event.preventDefault();
      event.stopPropagation(); // the map itself moves by the same keys
      this.set(event.key in ENDS ? ENDS[event.key] : this.percent + STEPS[event.key]);
    }

    set(percent) {
      this.percent = Math.min(100, Math.max(0, percent));
      this.line.style.left = `${this.percent}%`;
      const shown = Math.round(this.percent);
      this.grip.setAttribute("aria-valuenow", String(shown));
      if (this.texts) {
        const [left, right] = this.texts;
        this.grip.setAttribute("aria-valuetext", `${left} ${shown} %, ${right} ${100 - shown} %`);
      }
      this.cut();
    }

    x() {
      return (this.percent / 100) * this.map.getSize().x;
    }

    /** The box [x, y, width, height] of the map that lies on one side of the line, `left` or `right`. */
    box(side) {
      const { x: width, y: height } = this.map.getSize();
      return side === "left" ? [0, 0, this.x(), height] : [this.x(), 0, width - this.x(), height];
    }

    /** Panes are as large as nothing: they are cut in pixels from the corner that the map drags along. */
    cut() {
      const at = (x, y) => {
        const point = this.map.containerPointToLayerPoint([x, y]);
        return `${point.x}px ${point.y}px`;
      };
      for (const [side, pane] of Object.entries(this.panes)) {
        const [x, y, width, height] = this.box(side);
        const corners = [at(x, y), at(x + width, y), at(x + width, y + height), at(x, y + height)];
        pane.style.clipPath = `polygon(${corners.join(", ")})`;
      }
    }

    remove() {
      this.map.off("move zoomend viewreset resize", this.cut);
      this.line.remove();
      for (const pane of Object.values(this.panes)) pane.style.clipPath = "";
    }
  }

  /** A text whose lines break between words alone, not at the dashes of a day. */
  function wordsOf(text) {
    return text.split(" ").flatMap((word, i) => {
      const whole = gezhi.element("span", "gz-divider-word");
      whole.textContent = word;
      return i ? [" ", whole] : [whole];
    });
  }

  gezhi.Divider = Divider;
})((window.gezhi = window.gezhi || {}));
