/* The tooltip of a cell: its figure, what that rests on, and its short name. */
(function (gezhi) {
  "use strict";

  class CellTip {
    constructor(map) {
      this.map = map;
      this.tip = L.tooltip({ direction: "top", offset: [0, -8], className: "gz-tip", opacity: 1 });
      this.cell = null;
      this.text = "";
    }

    /** Say lines about a cell, the first one its figure. */
    show(latlng, cell, lines, words) {
      const texts = [...lines, gezhi.fill(words.cell, { id: cell.replace(/f+$/, "") })];
      if (cell !== this.cell || texts.join(", ") !== this.text) {
        this.cell = cell;
        const content = gezhi.element("div", "gz-tip-text");
        texts.forEach((text, i) => {
          const look = i === 0 ? "count" : i === texts.length - 1 ? "cell" : "rate";
          content.append(gezhi.element("span", `gz-tip-${look}`));
          content.lastChild.textContent = text;
        });
        this.text = texts.join(", ");
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
