/* The legend: classes with their numbers, and what one cell is. It folds up, on a phone from the start. */
(function (gezhi) {
  "use strict";

  const NARROW_PX = 600;
  /** Mean edge length of cells in metres, by resolution; a hexagon is the root of three times as wide. */
  const EDGE_M = { 7: 1406.5, 8: 531.4, 9: 200.8, 10: 75.9, 11: 28.7, 12: 10.8 };

  gezhi.Legend = L.Control.extend({
    options: { position: "bottomleft" },

    onAdd(map) {
      const box = L.DomUtil.create("div", "gz-panel gz-legend");
      this.button = gezhi.element("button", "gz-legend-title", { type: "button" });
      this.body = gezhi.element("div", "gz-legend-body");
      this.list = gezhi.element("ul", "gz-legend-classes", { role: "list" });
      this.note = gezhi.element("p", "gz-legend-note");
      this.body.append(this.list, this.note);
      box.append(this.button, this.body);
      this.button.addEventListener("click", () => this.fold(!this.folded));
      L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
      this.box = box;
      this.fold(map.getSize().x < NARROW_PX);
      this.hide();
      return box;
    },

    fold(folded) {
      this.folded = folded;
      this.body.hidden = folded;
      this.button.setAttribute("aria-expanded", String(!folded));
    },

    hide() {
      this.box.hidden = true;
    },

    /** Swatches are as clear as the hexagons. */
    setOpacity(opacity) {
      this.box.style.setProperty("--gz-opacity", opacity);
    },

    /** Show classes from these lowest counts on, in these colours. */
    show({ edges, colours, resolution, wanted, words, number }) {
      this.box.hidden = false;
      this.button.textContent = words.title;
      this.list.setAttribute("aria-label", words.title);
      this.list.replaceChildren(
        ...edges.map((edge, i) => {
          const item = gezhi.element("li", "gz-legend-class");
          const swatch = gezhi.element("span", "gz-swatch", { "aria-hidden": "true" });
          swatch.style.setProperty("--gz-colour", colours[i]);
          item.append(swatch, range(edge, edges[i + 1], words, number));
          return item;
        }),
      );
      const metres = Math.round(EDGE_M[resolution] * Math.sqrt(3));
      const rounded = metres > 100 ? Math.round(metres / 10) * 10 : metres;
      this.note.textContent = gezhi.fill(words.resolution, { resolution, metres: number(rounded) });
      if (wanted > resolution) this.note.textContent += ` ${gezhi.fill(words.coarser, { wanted })}`;
    },
  });

  function range(first, after, words, number) {
    if (after === undefined) return gezhi.fill(words.open_range, { first: number(first) });
    if (after === first + 1) return number(first);
    return gezhi.fill(words.range, { first: number(first), last: number(after - 1) });
  }
})((window.gezhi = window.gezhi || {}));
