/* A range of steps on a time line: drawn anew, moved, or changed at one of its ends, by hand or by keys. */
(function (gezhi) {
  "use strict";

  const CLICK_PX = 4;
  const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -4, PageUp: 4 };

  class Range {
    /**
     * `onPass(range)` is called while a drag goes on, `onChoose(range)` at its end and for keys; a range is
     * `[first, last]` in whole steps, both included, null for no limit.
     */
    constructor({ onPass, onChoose }) {
      this.onPass = onPass;
      this.onChoose = onChoose;
      this.count = 0;
      this.range = null; // in steps, its ends may lie within one: [from, to[
      this.track = gezhi.element("div", "gz-range");
      this.body = gezhi.element("div", "gz-range-body", { role: "slider", tabindex: 0 });
      this.handles = ["first", "last"].map((end) =>
        gezhi.element("div", `gz-range-handle gz-range-${end}`, { role: "slider", tabindex: 0 }),
      );
      this.track.append(this.body, ...this.handles);
      this.track.addEventListener("pointerdown", (event) => this.press(event));
      this.track.addEventListener("pointermove", (event) => this.drag && this.move(event));
      this.track.addEventListener("pointerup", (event) => this.drop(event));
      this.track.addEventListener("pointercancel", () => this.forget());
      this.track.addEventListener("keydown", (event) => this.key(event));
    }

    /** Show a range `[from, to[` of `count` steps; `text(i)` says what a step is. */
    show({ count, range, words, text }) {
      this.count = count;
      this.range = range;
      const [from, to] = range || [0, count];
      const percent = (at) => `${count ? (100 * Math.min(count, Math.max(0, at))) / count : 0}%`;
      this.track.classList.toggle("gz-range-open", range === null);
      this.track.style.setProperty("--gz-from", percent(from));
      this.track.style.setProperty("--gz-to", percent(to));
      const [first, last] = this.whole();
      const said = [
        [this.body, words.move, first],
        [this.handles[0], words.first, first],
        [this.handles[1], words.last, last],
      ];
      for (const [element, label, at] of said) {
        element.setAttribute("aria-label", label);
        element.setAttribute("aria-valuemin", 0);
        element.setAttribute("aria-valuemax", Math.max(0, count - 1));
        element.setAttribute("aria-valuenow", at);
        element.setAttribute("aria-valuetext", count ? text(at) : "");
      }
    }

    /** The range in whole steps, both included. */
    whole() {
      const [from, to] = this.range || [0, this.count];
      const first = Math.min(this.count - 1, Math.max(0, Math.floor(from)));
      return [first, Math.max(first, Math.min(this.count, Math.ceil(to)) - 1)];
    }

    at(event) {
      const box = this.track.getBoundingClientRect();
      const at = Math.floor(((event.clientX - box.left) / box.width) * this.count);
      return Math.min(this.count - 1, Math.max(0, at));
    }

    press(event) {
      if (event.button || !this.count) return;
      this.track.setPointerCapture(event.pointerId);
      const end = this.handles.indexOf(event.target);
      const doing = end >= 0 ? "end" : event.target === this.body && this.range ? "move" : "new";
      this.drag = { doing, end, x: event.clientX, begin: this.at(event), whole: this.whole(), moved: false };
    }

    move(event) {
      const { drag } = this;
      drag.moved = drag.moved || Math.abs(event.clientX - drag.x) > CLICK_PX;
      if (!drag.moved) return;
      const range = this.dragged(this.at(event));
      if (`${range}` === `${drag.range}`) return;
      drag.range = range;
      this.onPass(range);
    }

    dragged(at) {
      const { doing, end, begin, whole } = this.drag;
      if (doing === "new") return [Math.min(begin, at), Math.max(begin, at)];
      if (doing === "move") return this.shifted(whole, at - begin);
      return end ? [Math.min(whole[0], at), Math.max(whole[0], at)] : [Math.min(at, whole[1]), Math.max(at, whole[1])];
    }

    /** A range moved by some steps, as far as there is room. */
    shifted([first, last], by) {
      const fitting = Math.max(-first, Math.min(this.count - 1 - last, by));
      return [first + fitting, last + fitting];
    }

    drop(event) {
      const { drag } = this;
      if (!drag) return;
      this.drag = null;
      if (drag.moved) this.choose(drag.range || drag.whole);
      else if (drag.doing !== "end") this.choose([this.at(event), this.at(event)]);
    }

    forget() {
      const { drag } = this;
      this.drag = null;
      if (drag && drag.moved) this.choose(drag.whole);
    }

    /** Choose a range; all of the time is no limit. */
    choose(range) {
      const all = range && range[0] <= 0 && range[1] >= this.count - 1;
      this.onChoose(all ? null : range);
    }

    key(event) {
      const [first, last] = this.whole();
      if (event.key === "Escape") {
        this.choose(null);
        event.preventDefault();
        return;
      }
      const ends = { Home: -this.count, End: this.count };
      const by = event.key in KEYS ? KEYS[event.key] : ends[event.key];
      if (by === undefined || !this.count) return;
      event.preventDefault();
      const end = this.handles.indexOf(event.target);
      const keep = (at, low, high) => Math.min(high, Math.max(low, at));
      if (end === 0) this.choose([keep(first + by, 0, last), last]);
      else if (end === 1) this.choose([first, keep(last + by, first, this.count - 1)]);
      else if (this.range) this.choose(this.shifted([first, last], by));
    }
  }

  gezhi.Range = Range;
})((window.gezhi = window.gezhi || {}));
