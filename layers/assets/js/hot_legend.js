/* The legend of hot spots: the classes that there are, each with its mark, its cells and what it means. */
(function (gezhi) {
  "use strict";

  gezhi.HotLegend = gezhi.Legend.extend({
    /** Show what is painted of a part (`gezhi.parts.hot`). */
    showCells(part) {
      const { meta } = part.shown.cells;
      const rows = rowsOf(part);
      if (!rows.length) {
        this.hide();
        return;
      }
      const { labels } = part.options;
      const metres = part.number(gezhi.metresAcross(meta.resolution));
      this.show({
        title: part.words().title,
        rows,
        notes: [part.how(), gezhi.fill(labels.resolution, { resolution: meta.resolution, metres })],
        keep: null,
        words: labels,
        number: part.number,
      });
    },

    fillRow(row, given, words, number) {
      gezhi.Legend.prototype.fillRow.call(this, row, given, words, number);
      row.button.title = given.help || "";
      const { mark, ink, framed } = given;
      Object.assign(row.swatch.dataset, { mark, ink, framed: framed ? "1" : "" });
      row.swatch.replaceChildren(gezhi.hotMarks.drawing(mark, ink, framed));
    },
  });

  /** The classes of which the city has a cell, in the order of the page. */
  function rowsOf(part) {
    const seen = part.hexes.inView();
    const { number } = part;
    const said = part.options.labels;
    return part.looks().flatMap(({ slug, label, help, colour, mark, ink, framed }) => {
      const key = part.shown.cells.meta.classes.findIndex((one) => one.slug === slug);
      const known = part.shown.cells.meta.classes[key];
      if (!known || !known.cells) return [];
      const inCity = gezhi.fill(said.in_city, { n: number(known.cells) });
      return [{ key, text: label, help: `${help} (${inCity})`, colour, mark, ink, framed, cells: seen[key] }];
    });
  }
})((window.gezhi = window.gezhi || {}));
