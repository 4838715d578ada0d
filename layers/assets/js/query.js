/* A filter as a query string, always written alike: the same reports have the same address, whoever asks. */
(function (gezhi) {
  "use strict";

  /** The sides of a filter in the order in which Python writes them (data/filters.py). */
  const SIDES = [
    "category",
    "status",
    "source",
    "from",
    "to",
    "place",
    "area",
    "exempt",
    "unit",
    "hours",
    "in",
  ];
  const LISTS = new Set(["category", "status", "source", "place", "area", "unit"]);

  /** The names in a list; a comma within a name is written %2C, a percent sign %25. */
  function names(text) {
    return (text || "")
      .split(",")
      .filter(Boolean)
      .map((name) => name.replaceAll("%2C", ",").replaceAll("%25", "%"));
  }

  function listed(all) {
    return [...all]
      .map((name) => name.replaceAll("%", "%25").replaceAll(",", "%2C"))
      .sort()
      .join(",");
  }

  /** The hours of a week in `8-17,32`. */
  function hours(text) {
    const found = new Set();
    for (const part of (text || "").split(",").filter(Boolean)) {
      const [first, last] = part.split("-").map(Number);
      for (let hour = first; hour <= (last === undefined ? first : last); hour++) found.add(hour);
    }
    return found;
  }

  function ranges(chosen) {
    const parts = [];
    const sorted = [...chosen].sort((a, b) => a - b);
    for (let i = 0; i < sorted.length; ) {
      let end = i;
      while (end + 1 < sorted.length && sorted[end + 1] === sorted[end] + 1) end++;
      parts.push(end === i ? `${sorted[i]}` : `${sorted[i]}-${sorted[end]}`);
      i = end + 1;
    }
    return parts.join(",");
  }

  /** Write a query anew, some of its sides changed; an empty side is left out. */
  function change(query, changes) {
    const before = new URLSearchParams(query);
    for (const [name, value] of Object.entries(changes)) before.set(name, value);
    const after = new URLSearchParams();
    for (const name of SIDES) {
      const value = before.get(name) || "";
      const tidy = LISTS.has(name) ? listed(names(value)) : value;
      if (tidy) after.set(name, tidy);
    }
    for (const [name, value] of before) if (!SIDES.includes(name)) after.set(name, value);
    return after.toString();
  }

  /**
   * What a part of the map asks: its own query (`measure=…&lang=…`), of the sides of the filter those of
   * `filter`. The map shows all cells whatever is selected, so it never asks for `in`.
   */
  function steered(own, filter) {
    const sides = new URLSearchParams(filter);
    const all = Object.fromEntries(SIDES.map((name) => [name, name === "in" ? "" : sides.get(name) || ""]));
    return change(own, all);
  }

  gezhi.query = { SIDES, names, listed, hours, ranges, change, steered };
})((window.gezhi = window.gezhi || {}));
