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
})((window.gezhi = window.gezhi || {}));
