/* What a stroke would take, shown while it is drawn; of a ring also how large it is. */
(function (gezhi) {
  "use strict";

  const { boxOf, cellAt, ringsTo, disk, radiusOf, border } = gezhi.selectShapes;
  const ROUND_TO_DIGITS = 2;
  /** How far the label keeps from the pointer and from the edge of the map; a finger hides what is near. */
  const LABEL_PX = 8;
  const LABEL_ABOVE_PX = 52;

  class Draft {
    constructor(map, canvas) {
      this.map = map;
      this.canvas = canvas;
      this.label = gezhi.element("div", "gz-panel gz-select-label", { "aria-hidden": "true" });
      this.label.hidden = true;
      map.getContainer().append(this.label);
    }

    /** `words` tell of a ring, with the fields k, n and metres; it has `most` rings at most. */
    setWords(words, number, most) {
      Object.assign(this, { words, number, most });
    }

    /** A stroke (js/select_strokes.js) has come to the point `at` of the map. */
    show(stroke, at, resolution) {
      const { points, tool } = stroke;
      if (tool === "ring") this.showRing(stroke, at, resolution);
      else this.canvas.setDraft({ loops: [tool === "box" ? boxOf(points[0], points.at(-1)) : points] });
    }

    showRing(stroke, at, resolution) {
      const { cell, rings } = this.ringOf(stroke, resolution);
      if (stroke.rings !== rings) {
        stroke.rings = rings;
        const keys = disk(cell, rings);
        this.canvas.setDraft({ loops: border(keys.map((key) => gezhi.wire.toWords(key, resolution))) });
        this.label.textContent = this.wordsFor(cell, rings, keys.length);
      }
      this.label.hidden = false;
      const most = this.map.getSize().x - this.label.offsetWidth - LABEL_PX;
      const left = Math.max(LABEL_PX, Math.min(at.x + LABEL_PX, most));
      const top = Math.max(LABEL_PX, at.y - LABEL_ABOVE_PX);
      this.label.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    }

    /** The rings from the cell where a stroke began to where it is: {resolution, cell, rings}. */
    ringOf({ points }, resolution) {
      const cell = cellAt(points[0], resolution);
      return { resolution, cell, rings: ringsTo(cell, points.at(-1), resolution, this.most) };
    }

    wordsFor(cell, rings, cells) {
      const radius = radiusOf(cell, cells);
      const round = 10 ** Math.max(0, Math.floor(Math.log10(radius)) + 1 - ROUND_TO_DIGITS);
      const metres = this.number(Math.round(radius / round) * round);
      return gezhi.fill(this.words, { k: this.number(rings), n: this.number(cells), metres });
    }

    clear() {
      this.label.hidden = true;
      this.canvas.setDraft(null);
    }

    remove() {
      this.label.remove();
    }
  }

  gezhi.Draft = Draft;
})((window.gezhi = window.gezhi || {}));
