/* What the legend says of cells: their classes, those without a figure or with an uncertain one, their size. */
(function (gezhi) {
  "use strict";

  gezhi.CellLegend = gezhi.Legend.extend({
    /** Show what is painted of a part (`gezhi.parts.cells`). */
    showCells(part) {
      const { meta, keys } = part.shown.cells;
      if (!meta.edges.length && !keys.length) {
        this.hide();
        return;
      }
      const { options, number } = part;
      const words = part.words();
      this.show({
        title: meta.unit ? gezhi.fill(words.title_unit, { title: words.title, unit: meta.unit }) : words.title,
        rows: rowsOf(part, words),
        notes: [periodNote(part, words), sizeNote(part, words)],
        keep: options.packs || options.keep === undefined ? null : options.keep,
        words: options.labels,
        number,
      });
    },
  });

  function rowsOf(part, words) {
    const { hexes, swipe } = part;
    const { edges, few } = part.shown.cells.meta;
    const figures = part.figures();
    const colours = part.colours();
    const quiet = colours[edges.length];
    // Of two periods each is seen in part: how many of their cells there are would say nothing.
    const cells = swipe ? colours.map(() => null) : hexes.inView();
    const rows = edges.map((edge, key) => ({
      key,
      text: figures.range(edges, key),
      colour: colours[key],
      cells: cells[key],
    }));
    if (hexes.groups[edges.length].length) {
      const key = edges.length;
      rows.push({ key, text: words.no_figure, colour: quiet, look: "missing", cells: cells[key] });
    }
    if (hexes.uncertain.some((offsets) => offsets.length)) {
      rows.push({ text: gezhi.fill(words.few, { n: few }), colour: quiet, look: "few", cells: null });
    }
    return rows;
  }

  /** How large a cell is, and that a smaller size was asked for. */
  function sizeNote(part, words) {
    const { resolution } = part.shown.cells.meta;
    const metres = part.number(gezhi.metresAcross(resolution));
    const wanted = part.options.packs ? resolution : part.wanted();
    const said = gezhi.fill(words.resolution, { resolution, metres });
    return wanted > resolution ? `${said} ${gezhi.fill(words.coarser, { wanted })}` : said;
  }

  /** Which days are compared; beside each other they are said on the map. */
  function periodNote(part, words) {
    const [now, before] = part.periods();
    return now && before && !part.swipe ? gezhi.fill(words.against, { now, before }) : "";
  }
})((window.gezhi = window.gezhi || {}));
