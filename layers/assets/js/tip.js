/* The tooltips of the map: what is said of a cell or a place under the pointer. */
(function (gezhi) {
  "use strict";

  /** Lines of words at a spot of the map, drawn anew only where they are others. */
  class Tip {
    constructor(map, { lift = 8, className = "gz-tip" } = {}) {
      this.map = map;
      this.tip = L.tooltip({ direction: "top", offset: [0, -lift], className, opacity: 1 });
      this.text = ""; // what is read out
      this.drawn = "";
    }

    /** Show lines, each a look (count, rate, cell) and its words. */
    put(latlng, lines) {
      this.write(lines);
      this.tip.setLatLng(latlng);
      if (!this.map.hasLayer(this.tip)) this.tip.addTo(this.map);
    }

    write(lines) {
      const drawn = JSON.stringify(lines);
      if (drawn === this.drawn) return;
      this.drawn = drawn;
      this.text = lines.map(([, words]) => words).join(", ");
      const content = gezhi.element("div", "gz-tip-text");
      for (const [look, words] of lines) {
        content.append(gezhi.element("span", `gz-tip-${look}`));
        content.lastChild.textContent = words;
      }
      this.tip.setContent(content);
    }

    hide() {
      this.text = this.drawn = "";
      this.tip.remove();
    }
  }

  /** The tooltip of a cell: its figure, what that rests on, and its short name. */
  class CellTip extends Tip {
    /** Say what a part (`gezhi.parts.cells`) shows of a cell, its figure first. */
    show(latlng, cell, part) {
      const [figure, ...rest] = part.swipe ? linesOfTwo(cell, part) : linesOf(cell, part);
      this.put(latlng, [["count", figure], ...rest.map((words) => ["rate", words]), ["cell", nameOf(cell, part)]]);
    }
  }

  /** The tooltip of a place: its name, its rate, what that rests on. */
  class PlaceTip extends Tip {
    constructor(map) {
      super(map, { lift: 10 });
    }

    show(latlng, texts) {
      const looks = ["count", "rate"];
      this.put(latlng, texts.map((words, i) => [looks[i] || "cell", words]));
    }
  }

  /** The short name of a cell. */
  function nameOf(cell, part) {
    return gezhi.fill(part.options.labels.cell, { id: cell.replace(/f+$/, "") });
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

  Tip.nameOf = nameOf;
  Object.assign(gezhi, { Tip, CellTip, PlaceTip });
})((window.gezhi = window.gezhi || {}));
