/* Which colour is which category, and what the marks of single reports mean. It folds up like the other legend. */
(function (gezhi) {
  "use strict";

  gezhi.PointLegend = gezhi.Legend.extend({
    /** `signs`: which of open, done, share, photos and doubted are to be explained. */
    show({ kinds, colours, names, others, signs, words }) {
      this.box.hidden = false;
      this.box.classList.add("gz-point-legend");
      this.button.textContent = words.points_title;
      this.list.setAttribute("aria-label", words.points_title);
      const entries = kinds.map((kind) => entry(colours[kind.place], (names && names[kind.slug]) || kind.slug));
      if (others) entries.push(entry(colours[colours.length - 1], words.points_others));
      const explained = {
        open: words.points_open,
        done: words.points_done,
        share: words.points_share,
        photos: words.points_photos,
        doubted: words.points_doubted,
      };
      for (const sign of signs) entries.push(entry("", explained[sign], `gz-sign-${sign}`));
      this.list.replaceChildren(...entries);
      this.note.textContent = "";
    },
  });

  function entry(colour, text, sign) {
    const item = gezhi.element("li", "gz-legend-class");
    const swatch = gezhi.element("span", `gz-swatch ${sign ? `gz-sign ${sign}` : "gz-swatch-kind"}`, {
      "aria-hidden": "true",
    });
    if (colour) swatch.style.setProperty("--gz-colour", colour);
    item.append(swatch, text);
    return item;
  }
})((window.gezhi = window.gezhi || {}));
