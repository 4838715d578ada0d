/* The tooltip of a cell: its count and its short name. */
(function (gezhi) {
  "use strict";

  class CellTip {
    constructor(map) {
      this.map = map;
      this.tip = L.tooltip({ direction: "top", offset: [0, -8], className: "gz-tip", opacity: 1 });
      this.cell = null;
    }

    show(latlng, cell, count, words, number) {
      if (cell !== this.cell) {
        this.cell = cell;
        const content = gezhi.element("div", "gz-tip-text");
        const texts = {
          "gz-tip-count": count === 1 ? words.one : gezhi.fill(words.many, { n: number(count) }),
          "gz-tip-cell": gezhi.fill(words.cell, { id: cell.replace(/f+$/, "") }),
        };
        for (const [className, text] of Object.entries(texts)) {
          content.append(gezhi.element("span", className));
          content.lastChild.textContent = text;
        }
        this.text = Object.values(texts).join(", ");
        this.tip.setContent(content);
      }
      this.tip.setLatLng(latlng);
      if (!this.map.hasLayer(this.tip)) this.tip.addTo(this.map);
    }

    hide() {
      this.cell = null;
      this.text = "";
      this.tip.remove();
    }
  }

  gezhi.CellTip = CellTip;
})((window.gezhi = window.gezhi || {}));
