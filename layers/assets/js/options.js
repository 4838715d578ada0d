/* A list of choices below an input, used by keys or by hand: the pattern of a combobox. */
(function (gezhi) {
  "use strict";

  let lists = 0;

  class Options {
    /** `onChoose(item)` is called with what was chosen. */
    constructor(input, onChoose) {
      this.input = input;
      this.onChoose = onChoose;
      this.items = [];
      this.active = -1;
      this.name = `gz-options-${(lists += 1)}`;
      this.list = gezhi.element("ul", "gz-options", { role: "listbox", id: this.name });
      this.list.hidden = true;
      for (const [name, value] of Object.entries({
        role: "combobox",
        "aria-autocomplete": "list",
        "aria-controls": this.name,
        "aria-expanded": "false",
      })) {
        input.setAttribute(name, value);
      }
    }

    /** Offer items; `draw(item)` makes the content of each. */
    show(items, draw) {
      this.items = items;
      this.list.replaceChildren(
        ...items.map((item, i) => {
          const option = gezhi.element("li", "gz-option", { role: "option", id: `${this.name}-${i}` });
          option.append(...draw(item));
          option.addEventListener("pointerdown", (event) => event.preventDefault()); // the input keeps the focus
          option.addEventListener("click", () => this.choose(i));
          return option;
        }),
      );
      this.open(items.length > 0);
      this.point(items.length ? 0 : -1);
    }

    open(opened) {
      this.list.hidden = !opened;
      this.input.setAttribute("aria-expanded", String(opened));
      if (!opened) this.point(-1);
    }

    /** Mark the choice that Enter would take. */
    point(active) {
      this.active = active;
      [...this.list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
      if (active < 0) {
        this.input.removeAttribute("aria-activedescendant");
        return;
      }
      this.input.setAttribute("aria-activedescendant", `${this.name}-${active}`);
      this.list.children[active].scrollIntoView({ block: "nearest" });
    }

    /** Whether a key was one for the list. */
    key(event) {
      if (this.list.hidden) return false;
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in steps) {
        this.point((this.active + steps[event.key] + this.items.length) % this.items.length);
      } else if (event.key === "Enter" && this.active >= 0) {
        this.choose(this.active);
      } else {
        return false;
      }
      event.preventDefault();
      return true;
    }

    choose(i) {
      const item = this.items[i];
      this.open(false);
      this.onChoose(item);
    }
  }

  gezhi.Options = Options;
})((window.gezhi = window.gezhi || {}));
