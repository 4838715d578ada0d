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

    /** Say what a part (`gezhi.parts.cells`) shows of a cell, its figure first. */
    show(latlng, cell, part) {
      const lines = part.swipe ? linesOfTwo(cell, part) : linesOf(cell, part);
      const texts = [...lines, gezhi.fill(part.options.labels.cell, { id: cell.replace(/f+$/, "") })];
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

  function linesOf(cell, part) {
    const { hexes } = part;
    const figures = part.figures();
    const words = part.words();
    const [now, before] = part.periods();
    const row = hexes.rowOf(cell);
    const lines = [figures.value(hexes.values[row])];
    if (!figures.whole) lines.push(figures.reports(hexes.n[row]));
    if (before) lines.push(gezhi.fill(words.against, { now, before }));
    if (hexes.n[row] < hexes.few) lines.push(words.uncertain_figure);
    return lines;
  }

  /** The figures of both periods, each with its days. */
  function linesOfTwo(cell, part) {
    const [now, before] = part.periods();
    const figures = part.figures();
    const line = (hexes, days) => {
      const row = hexes.rowOf(cell);
      return `${row === undefined ? part.words().nothing : figures.value(hexes.values[row])} (${days})`;
    };
    return [line(part.hexes, now), line(part.swipe.hexes, before)];
  }

  gezhi.CellTip = CellTip;
})((window.gezhi = window.gezhi || {}));
