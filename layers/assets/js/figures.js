/* How the figures of cells are written: a value, the range of a class, the days of a period; and which colour a
   class has. */
(function (gezhi) {
  "use strict";

  /** Mean edge length of cells in metres, by resolution; a hexagon is the root of three times as wide. */
  const EDGE_M = { 7: 1406.5, 8: 531.4, 9: 200.8, 10: 75.9, 11: 28.7, 12: 10.8 };
  const MOST_DECIMALS = 3;

  /** Writes the figures of a measure as a reader does; `meta` is that of the cells. */
  class FigureWords {
    constructor(meta, words, locale) {
      this.words = words;
      this.whole = !meta.unit && !meta.decimals && !meta.signed;
      this.signed = Boolean(meta.signed);
      this.number = gezhi.numberFormat(locale);
      this.figure = figureOf(locale, meta.decimals || 0);
      this.change = figureOf(locale, meta.decimals || 0, "exceptZero");
      this.unit = meta.unit || "";
    }

    /** A value in a sentence of its own, such as "12 reports" or "+35 %". */
    value(value) {
      const { words } = this;
      if (Number.isNaN(value)) return words.no_figure;
      if (this.whole && value === 1) return words.one;
      if (this.whole) return gezhi.fill(words.many, { n: this.number(value) });
      return gezhi.fill(words.value, { value: this.plain(value), unit: this.unit }).trim();
    }

    /** How many reports there are behind a value. */
    reports(n) {
      return n === 1 ? this.words.one_report : gezhi.fill(this.words.many_reports, { n: this.number(n) });
    }

    plain(value) {
      return this.signed ? this.change(value) : this.figure(value);
    }

    /** The class that begins at `edges[i]`. */
    range(edges, i) {
      const { words } = this;
      const [first, after] = [edges[i], edges[i + 1]];
      if (!this.whole && i === 0 && edges.length > 1) return gezhi.fill(words.under, { last: this.plain(after) });
      if (after === undefined) return gezhi.fill(words.open_range, { first: this.plain(first) });
      if (!this.whole) return gezhi.fill(words.between, { first: this.plain(first), last: this.plain(after) });
      if (after === first + 1) return this.number(first);
      return gezhi.fill(words.range, { first: this.number(first), last: this.number(after - 1) });
    }
  }

  function figureOf(locale, decimals, signDisplay) {
    const digits = { maximumFractionDigits: Math.min(decimals, MOST_DECIMALS), signDisplay: signDisplay || "auto" };
    try {
      const format = new Intl.NumberFormat(locale, digits);
      return (n) => format.format(n);
    } catch {
      return String;
    }
  }

  /** A colour for each class; `palettes` by number of classes, `changes` by number of classes on each side of 0. */
  function coloursOf({ edges, signed }, palettes, changes) {
    if (!signed || !changes) return spread(palettes, edges.length);
    const falls = edges.filter((edge, i) => i + 1 < edges.length && edges[i + 1] <= 0).length;
    const rises = edges.filter((edge) => edge >= 0).length;
    const colours = changes[Math.min(Math.max(falls, rises, 1), changes.length) - 1];
    const half = (colours.length - 1) / 2;
    return edges.map((edge, i) => {
      if (i < falls) return colours[Math.max(half - (falls - i), 0)];
      const risen = i - (edges.length - rises);
      return risen < 0 ? colours[half] : colours[Math.min(half + 1 + risen, 2 * half)];
    });
  }

  /** As many colours as there are classes, the last ones again where a palette has no more. */
  function spread(palettes, n) {
    if (!n) return [];
    const colours = palettes[Math.min(n, palettes.length) - 1];
    return Array.from({ length: n }, (_, i) => colours[Math.floor((i * colours.length) / n)]);
  }

  /** About how many metres a cell is across. */
  function metresAcross(resolution) {
    const metres = Math.round(EDGE_M[resolution] * Math.sqrt(3));
    return metres > 100 ? Math.round(metres / 10) * 10 : metres;
  }

  /** Two days as text, the year of the second left out where it is the same. */
  function daysText(first, last, words) {
    if (!first || !last) return "";
    if (first === last) return first;
    const short = first.slice(0, 4) === last.slice(0, 4) ? last.slice(5) : last;
    return gezhi.fill(words.days, { first, last: short });
  }

  gezhi.FigureWords = FigureWords;
  gezhi.coloursOf = coloursOf;
  gezhi.metresAcross = metresAcross;
  gezhi.daysText = daysText;
})((window.gezhi = window.gezhi || {}));
