/* What the legends on a map say, as plain data: a picture writes it below the map. */
(function (gezhi) {
  "use strict";

  /** The legends that are shown: [{title, classes: [{colour, words, look, mark}], notes}]. */
  function keysOf(container) {
    return [...container.querySelectorAll(".gz-legend")].filter((box) => !box.hidden).map(keyOf);
  }

  function keyOf(box) {
    const classes = [...box.querySelectorAll(".gz-legend-class")].map((item) => ({
      colour: colourOf(item.querySelector(".gz-swatch")),
      words: (item.querySelector(".gz-legend-range") || item).textContent.trim(),
      look: ["missing", "few"].find((look) => item.querySelector(`.gz-swatch-${look}`)) || "",
      mark: markOf(item.querySelector(".gz-swatch")),
    }));
    const notes = [...box.querySelectorAll(".gz-legend-note")].map((note) => note.textContent.trim());
    return {
      title: box.querySelector(".gz-legend-title").textContent.trim(),
      classes: classes.filter(({ colour }) => colour),
      notes: notes.flatMap((note) => note.split("\n")).filter(Boolean),
    };
  }

  /** The mark that lies in a swatch: {mark, ink, framed}; null for none. */
  function markOf(swatch) {
    return swatch && swatch.dataset.ink ? { ...swatch.dataset } : null;
  }

  function colourOf(swatch) {
    return swatch && (swatch.style.getPropertyValue("--gz-colour") || getComputedStyle(swatch).backgroundColor);
  }

  gezhi.pictureKey = { keysOf };
})((window.gezhi = window.gezhi || {}));
