/* The choices of the sidebar are widgets of Streamlit: the map shows what was chosen while Python is being told.

   Python says what the buttons and tags of each widget stand for (app_pages/offered.py). The widgets are read before
   and after each press and key; what somebody changed in them is foreseen (`choices.foresee`). A widget that does not
   look as expected is left to Python. */
(function (gezhi) {
  "use strict";

  const BEGINS = ["pointerdown", "keydown", "click"];
  const ENDS = ["pointerup", "keydown", "keyup", "click"];
  const ON = "[aria-pressed=true], [aria-checked=true]";
  const CHOOSES = "button[aria-pressed], button[aria-checked]";
  /** Sides whose names may be a group of states; bars within it are then narrowed down. */
  const STATE_GROUPS = ["open", "done"];

  class Sidebar {
    constructor(choices) {
      this.choices = choices;
      this.offered = [];
      this.seen = {}; // what was chosen before the press or key that is under way
      this.begin = ({ type, target }) => {
        if (type !== "click" || !this.begun) this.seen = this.read(); // a screen reader clicks without a press
        this.begun = type !== "click";
        if (type === "click") this.clear(target);
      };
      this.end = ({ type }) => (this.begun || type === "click") && this.lookSoon();
      for (const kind of BEGINS) document.addEventListener(kind, this.begin, true);
      for (const kind of ENDS) document.addEventListener(kind, this.end, true);
    }

    tell(offered) {
      this.offered = offered;
    }

    remove() {
      for (const kind of BEGINS) document.removeEventListener(kind, this.begin, true);
      for (const kind of ENDS) document.removeEventListener(kind, this.end, true);
      this.offered = [];
    }

    /** Look when the widgets have drawn themselves: at once mostly, at the next frame at the latest. */
    lookSoon() {
      setTimeout(() => this.look(), 0);
      requestAnimationFrame(() => setTimeout(() => this.look(), 0));
    }

    look() {
      const before = this.seen;
      const now = (this.seen = this.read());
      const changed = Object.keys(now).filter((side) => before[side] && !same(before[side], now[side]));
      if (!changed.length) return;
      const { params, implied } = meant(changed, now, this.offered);
      this.choices.foresee(params, implied);
    }

    /** What is chosen on each side, null where a widget does not look as expected. */
    read() {
      const found = {};
      for (const widget of this.offered) {
        const place = document.querySelector(`.st-key-${CSS.escape(widget.key)}`);
        if (!place || widget.clear) continue;
        found[widget.side] = widget.tags ? tagged(place, widget.tags) : pressed(place, widget.buttons);
      }
      return found;
    }

    /** The button that takes every filter off. */
    clear(target) {
      const button = target.closest && target.closest("button");
      const widget = button && this.offered.find(({ clear }) => clear);
      if (!widget || !button.closest(`.st-key-${CSS.escape(widget.key)}`)) return;
      this.choices.foresee(Object.fromEntries(gezhi.query.SIDES.map((side) => [side, ""])));
    }
  }

  function pressed(place, values) {
    const buttons = [...place.querySelectorAll(CHOOSES)];
    return buttons.length === values.length ? values.filter((_value, i) => buttons[i].matches(ON)) : null;
  }

  /** React keeps a copy of the tags in a template, where nobody sees it. */
  function tagged(place, values) {
    const tags = [...place.querySelectorAll("[data-tag]")].filter((tag) => !tag.closest("template"));
    const names = tags.map((tag) => values[tag.getAttribute("aria-label")]);
    return names.includes(undefined) ? null : names;
  }

  /** The sides of the filter that changed choices mean (null: only Python knows), and those chosen as a group. */
  function meant(changed, chosen, offered) {
    const params = {};
    const implied = [];
    for (const side of changed) {
      if (side === "period") Object.assign(params, days(chosen.period));
      else if (side !== "group" && side !== "category") params[side] = listed(chosen[side]);
    }
    if (changed.includes("group") || changed.includes("category")) {
      const [names, asGroup] = categories(chosen, offered);
      params.category = listed(names);
      if (asGroup) implied.push("category");
    }
    if (chosen.status && chosen.status.some((name) => STATE_GROUPS.includes(name))) implied.push("status");
    return { params, implied };
  }

  function listed(names) {
    return names && gezhi.query.listed(names);
  }

  function days(chosen) {
    const [first, last] = (chosen && chosen[0]) || [null, null];
    return { from: first, to: last };
  }

  /** Groups stand for their categories where none of these is chosen by name, and limit which may be. */
  function categories({ group, category }, offered) {
    const { categories: inside } = offered.find(({ side }) => side === "group") || {};
    if (!group || !category || !inside) return [null, false];
    const within = group.flatMap((name) => inside[name] || []);
    const named = group.length ? category.filter((name) => within.includes(name)) : category;
    return named.length ? [named, false] : [within, group.length > 0];
  }

  function same(one, other) {
    return JSON.stringify(one) === JSON.stringify(other);
  }

  gezhi.Sidebar = Sidebar;
})((window.gezhi = window.gezhi || {}));
