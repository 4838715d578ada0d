/* Bars that are buttons: a name, a bar, a number and a share each; chosen ones are strong, the others faded. */
(function (gezhi) {
  "use strict";

  const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

  class Bars {
    /** `most` bars are shown before the rest is folded; `onToggle(name)` is called with what was clicked. */
    constructor({ side, most, onToggle, onClear }) {
      this.side = side;
      this.most = most;
      this.onToggle = onToggle;
      this.folded = true;
      this.rows = new Map(); // name -> its elements
      this.box = gezhi.element("section", `gz-chart gz-chart-${side}`, { role: "group" });
      this.heading = gezhi.element("h6", "gz-chart-title");
      this.clear = gezhi.element("button", "gz-chart-clear", { type: "button" });
      this.clear.addEventListener("click", onClear);
      const header = gezhi.element("header", "gz-chart-head");
      header.append(this.heading, this.clear);
      this.list = gezhi.element("div", "gz-bars");
      this.list.addEventListener("keydown", (event) => this.key(event));
      this.fold = gezhi.element("button", "gz-bars-fold", { type: "button" });
      this.fold.addEventListener("click", () => {
        this.folded = !this.folded;
        this.show(this.shown);
      });
      this.box.append(header, this.list, this.fold);
    }

    /**
     * Draw items `[name, words, n]` in their order.
     *
     * `chosen` are names; with none of them chosen every bar is strong.
     */
    show(shown) {
      this.shown = shown;
      const { items, chosen, words, number, percent } = shown;
      const sum = items.reduce((total, [, , n]) => total + n, 0);
      const largest = Math.max(1, ...items.map(([, , n]) => n));
      const visible = items.filter(([name], i) => !this.folded || i < this.most || chosen.has(name));
      this.heading.textContent = words.title;
      this.box.setAttribute("aria-label", words.title);
      this.box.classList.toggle("gz-filtered", chosen.size > 0);
      this.clear.textContent = words.clear;
      this.clear.setAttribute("aria-label", gezhi.fill(words.clear_side, { side: words.title }));
      this.clear.hidden = !chosen.size;
      this.place(visible.map(([name]) => name));
      for (const [name, label, n] of visible) {
        const row = this.rows.get(name);
        const share = percent(sum ? n / sum : 0);
        row.words.textContent = label;
        row.words.title = label;
        row.bar.style.width = `${(100 * n) / largest}%`;
        row.number.textContent = number(n);
        row.share.textContent = share;
        row.button.setAttribute("aria-pressed", String(chosen.has(name)));
        row.button.setAttribute("aria-label", gezhi.fill(words.bar, { name: label, n: number(n), share }));
      }
      this.showFold(items.length - visible.length, items, visible, words, number);
      this.rove();
    }

    showFold(hidden, items, visible, words, number) {
      const names = new Set(visible.map(([name]) => name));
      const rest = items.filter(([name]) => !names.has(name)).reduce((total, [, , n]) => total + n, 0);
      this.fold.hidden = this.folded ? hidden === 0 : items.length <= this.most;
      this.fold.setAttribute("aria-expanded", String(!this.folded));
      this.fold.textContent = this.folded
        ? gezhi.fill(words.rest, { kinds: number(hidden), n: number(rest) })
        : words.fewer;
    }

    /** Put the rows of these names into this order; an element that stays keeps its focus. */
    place(names) {
      const focused = document.activeElement;
      for (const name of names) if (!this.rows.has(name)) this.rows.set(name, this.make(name));
      const wanted = names.map((name) => this.rows.get(name).button);
      if (wanted.length === this.list.children.length && wanted.every((row, i) => row === this.list.children[i])) {
        return;
      }
      this.list.replaceChildren(...wanted);
      if (wanted.includes(focused)) focused.focus({ preventScroll: true });
    }

    make(name) {
      const button = gezhi.element("button", "gz-bar", { type: "button", "data-name": name });
      const row = {
        button,
        words: gezhi.element("span", "gz-bar-words"),
        bar: gezhi.element("i", "gz-bar-fill"),
        number: gezhi.element("span", "gz-bar-n"),
        share: gezhi.element("span", "gz-bar-share"),
      };
      const track = gezhi.element("span", "gz-bar-track");
      track.append(row.bar);
      button.append(row.words, track, row.number, row.share);
      button.addEventListener("click", () => this.onToggle(name));
      button.addEventListener("focus", () => this.rove(button));
      return row;
    }

    /** One bar is reached by Tab, the others from there by arrows. */
    rove(current) {
      const bars = [...this.list.children];
      const reached = current || bars.find((bar) => bar.tabIndex === 0) || bars[0];
      for (const bar of bars) bar.tabIndex = bar === reached ? 0 : -1;
    }

    key(event) {
      const bars = [...this.list.children];
      const at = bars.indexOf(document.activeElement);
      const ends = { Home: 0, End: bars.length - 1 };
      const to = event.key in STEPS ? at + STEPS[event.key] : ends[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      bars[Math.min(bars.length - 1, Math.max(0, to))].focus();
    }
  }

  gezhi.Bars = Bars;
})((window.gezhi = window.gezhi || {}));
