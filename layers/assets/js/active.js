/* The row of what is active: a chip for each side, to be taken off; undo, redo, clear all. */
(function (gezhi) {
  "use strict";

  /** The parts that tell Python by the choices; what is done elsewhere comes after what was done there. */
  const OURS = ".gz-explorer";
  const TEXT_FIELDS = "input, textarea, select, [contenteditable]";

  class Active {
    constructor(parent) {
      this.choices = gezhi.choices;
      this.sidebar = new gezhi.Sidebar(this.choices);
      this.box = gezhi.element("div", "gz-explorer gz-active", { role: "toolbar" });
      this.chips = gezhi.element("ul", "gz-chips");
      this.buttons = ["undo", "redo", "clear"].map((what) => this.make(what));
      const row = gezhi.element("div", "gz-active-buttons");
      row.append(...this.buttons);
      this.box.append(this.chips, row);
      parent.append(this.box);
      this.keys = (event) => this.key(event);
      this.presses = ({ target }) => target.closest && !target.closest(OURS) && this.choices.sendNow();
      this.selects = ({ detail }) => detail.cells !== undefined && this.choices.foresee({ in: detail.cells });
      this.heard = new Set();
      this.hear(document);
      this.stop = this.choices.listen(() => this.show());
    }

    make(what) {
      const button = gezhi.element("button", `gz-step gz-step-${what}`, { type: "button" });
      button.addEventListener("click", () => this.step(what));
      return button;
    }

    /** The map's frame is a document of its own: keys and selections come by it. */
    hear(page) {
      if (!page || this.heard.has(page)) return;
      this.heard.add(page);
      page.addEventListener("keydown", this.keys);
      page.addEventListener("pointerdown", this.presses, true);
      page.addEventListener("gezhi:select", this.selects);
    }

    update(data, setStateValue) {
      this.data = data;
      this.sidebar.tell(data.offered);
      this.choices.tell(this, data, (operations) => setStateValue("operations", operations));
      this.show();
    }

    remove() {
      this.stop();
      this.sidebar.remove();
      for (const page of this.heard) {
        page.removeEventListener("keydown", this.keys);
        page.removeEventListener("pointerdown", this.presses, true);
        page.removeEventListener("gezhi:select", this.selects);
      }
      this.choices.leave(this);
      this.box.remove();
    }

    key(event) {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "z") return;
      if (event.target.closest && event.target.closest(TEXT_FIELDS)) return;
      event.preventDefault();
      this.step(event.shiftKey ? "redo" : "undo");
    }

    step(what) {
      if (!this.data || this.isIdle(what)) return;
      // What the step leads to is known as long as nothing else is under way.
      const known = !this.choices.isAhead && this.data.steps[what];
      this.choices.act(what, { params: known || {} });
    }

    /** Whether a button has nothing to do; what is under way may be undone too. */
    isIdle(what) {
      const { operations } = this.choices;
      if (what === "redo") return operations.length ? operations.at(-1).do !== "undo" : !this.data.steps.redo;
      return !this.data.steps[what] && !operations.length;
    }

    show() {
      if (!this.data) return;
      const map = gezhi.frames.inside();
      this.hear(map && map.document);
      const { labels, chips } = this.data;
      for (const named of [this.box, this.chips]) named.setAttribute("aria-label", labels.active);
      for (const button of this.buttons) {
        const what = ["undo", "redo", "clear"].find((name) => button.classList.contains(`gz-step-${name}`));
        button.textContent = labels[what];
        button.title = labels[`${what}_hint`];
        button.disabled = this.isIdle(what);
      }
      const dropped = new Set(this.choices.operations.filter((o) => o.do === "drop").map(({ side }) => side));
      const left = chips.filter(({ side }) => !dropped.has(side));
      const drawn = JSON.stringify([left, labels.remove, labels.none]);
      if (drawn === this.drawn) return;
      this.drawn = drawn;
      this.chips.replaceChildren(...left.map((chip) => this.chip(chip)));
      if (!left.length) {
        const none = gezhi.element("li", "gz-chips-none");
        none.textContent = labels.none;
        this.chips.append(none);
      }
    }

    chip({ side, title, words, params }) {
      const item = gezhi.element("li", "gz-chip", { "data-side": side });
      const name = gezhi.element("span", "gz-chip-title");
      name.textContent = title;
      const text = gezhi.element("span", "gz-chip-words");
      text.textContent = words;
      text.title = words;
      const button = gezhi.element("button", "gz-chip-off", { type: "button" });
      button.textContent = "×";
      button.setAttribute("aria-label", gezhi.fill(this.data.labels.remove, { what: `${title}: ${words}` }));
      button.addEventListener("click", () => this.choices.act("drop", { side, params }));
      item.append(name, text, button);
      return item;
    }
  }

  gezhi.Active = Active;
})((window.gezhi = window.gezhi || {}));
