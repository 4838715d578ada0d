/* The legend of places: the classes of their rates, and the looks of what has no rate or an uncertain one. */
(function (gezhi) {
  "use strict";

  gezhi.RateLegend = gezhi.Legend.extend({
    /** Show classes from these lowest rates on; `few`, `none` and `missing` say which other looks there are. */
    show({ edges, colours, title, words, figure, few, none, missing, lines }) {
      this.box.hidden = false;
      this.button.textContent = title;
      this.list.setAttribute("aria-label", title);
      this.list.classList.toggle("gz-legend-lines", lines);
      const items = edges.map((edge, i) => swatch("", range(edges, i, words, figure), colours[i]));
      if (none) items.push(swatch("gz-swatch-none", words.no_report));
      if (missing) items.push(swatch("gz-swatch-missing", missing));
      this.list.replaceChildren(...items);
      this.note.textContent = few ? gezhi.fill(words.faint, { n: few }) : "";
      this.note.hidden = !few;
    },
  });

  function swatch(look, text, colour) {
    const item = gezhi.element("li", "gz-legend-class");
    const sample = gezhi.element("span", `gz-swatch gz-swatch-place ${look}`, { "aria-hidden": "true" });
    if (colour) sample.style.setProperty("--gz-colour", colour);
    item.append(sample, text);
    return item;
  }

  function range(edges, i, words, figure) {
    if (edges.length === 1) return gezhi.fill(words.any_rate, {});
    if (i === 0) return gezhi.fill(words.under, { last: figure(edges[1]) });
    if (i === edges.length - 1) return gezhi.fill(words.open_range, { first: figure(edges[i]) });
    return gezhi.fill(words.between, { first: figure(edges[i]), last: figure(edges[i + 1]) });
  }

  /** The tooltip of a place: its name, its rate, what that rests on. */
  class PlaceTip {
    constructor(map) {
      this.map = map;
      this.tip = L.tooltip({ direction: "top", offset: [0, -10], className: "gz-tip", opacity: 1 });
      this.place = null;
    }

    show(latlng, place, texts) {
      if (place !== this.place || texts.join() !== this.text) {
        this.place = place;
        const content = gezhi.element("div", "gz-tip-text");
        texts.forEach((text, i) => {
          content.append(gezhi.element("span", ["gz-tip-count", "gz-tip-rate"][i] || "gz-tip-cell"));
          content.lastChild.textContent = text;
        });
        this.text = texts.join(", ");
        this.tip.setContent(content);
      }
      this.tip.setLatLng(latlng);
      if (!this.map.hasLayer(this.tip)) this.tip.addTo(this.map);
    }

    hide() {
      this.place = null;
      this.text = "";
      this.tip.remove();
    }
  }

  gezhi.PlaceTip = PlaceTip;
})((window.gezhi = window.gezhi || {}));
