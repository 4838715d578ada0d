/* A week as a grid of seven days and twenty-four hours, in which a block can be chosen by hand or by keys. */
(function (gezhi) {
  "use strict";

  const DAYS = 7;
  const HOURS = 24;
  const LABEL_EVERY = 3;
  const A_MONDAY = Date.UTC(2024, 0, 1);
  const DAY_MS = 86_400_000;
  const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  const order = (a, b) => [Math.min(a, b), Math.max(a, b)];

  class Week {
    /** `onChoose(hours)` is called with a set of hours of the week, Monday 00:00 is 0. */
    constructor({ onChoose, onClear }) {
      this.onChoose = onChoose;
      this.chosen = new Set();
      this.box = gezhi.element("section", "gz-chart gz-chart-hours", { role: "group" });
      this.heading = gezhi.element("h6", "gz-chart-title");
      this.clear = gezhi.element("button", "gz-chart-clear", { type: "button" });
      this.clear.addEventListener("click", onClear);
      const header = gezhi.element("header", "gz-chart-head");
      header.append(this.heading, this.clear);
      this.grid = gezhi.element("div", "gz-week", { role: "grid", "aria-multiselectable": "true" });
      this.fields = new Map(); // "day,hour", -1 for the labels -> element
      this.at = [0, 0];
      this.build();
      this.note = gezhi.element("p", "gz-week-note");
      this.box.append(header, this.grid, this.note);
      this.listen();
    }

    build() {
      for (let day = -1; day < DAYS; day++) {
        const row = gezhi.element("div", "gz-week-row", { role: "row" });
        for (let hour = -1; hour < HOURS; hour++) {
          const role = day < 0 ? "columnheader" : hour < 0 ? "rowheader" : "gridcell";
          const corner = day < 0 && hour < 0;
          const kind = role === "gridcell" ? "gz-hour" : "gz-week-label";
          const field = gezhi.element("div", kind, corner ? { "aria-hidden": "true" } : { role, tabindex: -1 });
          if (!corner) {
            field.dataset.day = day;
            field.dataset.hour = hour;
            this.fields.set(`${day},${hour}`, field);
          }
          if (day < 0 && hour >= 0 && hour % LABEL_EVERY === 0) field.textContent = hour;
          row.append(field);
        }
        this.grid.append(row);
      }
    }

    listen() {
      this.grid.addEventListener("pointerdown", (event) => {
        const from = this.under(event);
        if (!from || event.button) return;
        this.grid.setPointerCapture(event.pointerId);
        this.drag = { from, to: from };
        this.mark();
      });
      this.grid.addEventListener("pointermove", (event) => {
        const to = this.under(event);
        if (!to) return;
        if (this.drag) {
          this.drag.to = to;
          this.mark();
        } else if (event.pointerType === "mouse") {
          this.explain(to);
        }
      });
      this.grid.addEventListener("pointerup", (event) => this.drop(event));
      this.grid.addEventListener("pointercancel", () => this.forget());
      this.grid.addEventListener("pointerleave", () => this.explain(null));
      this.grid.addEventListener("keydown", (event) => this.key(event));
      this.grid.addEventListener("focusin", (event) => {
        if (!event.target.dataset.day) return;
        this.reach(this.placeOf(event.target));
        this.explain(this.at);
      });
    }

    placeOf(field) {
      return [Number(field.dataset.day), Number(field.dataset.hour)];
    }

    /** Day and hour under a pointer, -1 for their labels. */
    under(event) {
      const field = document.elementFromPoint(event.clientX, event.clientY);
      return field && this.grid.contains(field) && field.dataset.day ? this.placeOf(field) : null;
    }

    /** The hours between two places; a label stands for its whole row or column. */
    block(from, to) {
      const [firstDay, lastDay] = from[0] < 0 || to[0] < 0 ? [0, DAYS - 1] : order(from[0], to[0]);
      const [first, last] = from[1] < 0 || to[1] < 0 ? [0, HOURS - 1] : order(from[1], to[1]);
      const hours = new Set();
      for (let day = firstDay; day <= lastDay; day++) {
        for (let hour = first; hour <= last; hour++) hours.add(day * HOURS + hour);
      }
      return hours;
    }

    mark() {
      const marked = this.drag ? this.block(this.drag.from, this.drag.to) : new Set();
      for (const [place, field] of this.fields) {
        const [day, hour] = place.split(",").map(Number);
        if (day >= 0 && hour >= 0) field.classList.toggle("gz-marked", marked.has(day * HOURS + hour));
      }
    }

    forget() {
      this.drag = null;
      this.mark();
    }

    drop(event) {
      if (!this.drag) return;
      const block = this.block(this.drag.from, this.drag.to);
      this.forget();
      this.choose(block, event.shiftKey || event.ctrlKey || event.metaKey);
    }

    /** Choose a block: alone, or `more` beside what is chosen; what is all chosen already is left out again. */
    choose(block, more) {
      const inside = [...block].every((hour) => this.chosen.has(hour));
      const same = inside && block.size === this.chosen.size;
      if (!more) this.onChoose(same ? new Set() : block);
      else if (inside) this.onChoose(new Set([...this.chosen].filter((hour) => !block.has(hour))));
      else this.onChoose(new Set([...this.chosen, ...block]));
    }

    key(event) {
      if (event.key in MOVES) {
        const [down, right] = MOVES[event.key];
        const to = [
          Math.min(DAYS - 1, Math.max(-1, this.at[0] + down)),
          Math.min(HOURS - 1, Math.max(-1, this.at[1] + right)),
        ];
        if (to[0] < 0 && to[1] < 0) return;
        if (event.shiftKey) this.drag = { from: this.drag ? this.drag.from : this.at, to };
        else this.drag = null;
        this.fields.get(`${to}`).focus({ preventScroll: true });
        this.mark();
      } else if (event.key === "Enter" || event.key === " ") {
        const block = this.drag ? this.block(this.drag.from, this.drag.to) : this.block(this.at, this.at);
        this.forget();
        this.choose(block, event.ctrlKey || event.metaKey);
      } else if (event.key === "Escape" && this.drag) {
        this.forget();
      } else {
        return;
      }
      event.preventDefault();
    }

    /** One field is reached by Tab, the others from there by arrows. */
    reach(place) {
      this.fields.get(`${this.at}`).tabIndex = -1;
      this.at = place;
      this.fields.get(`${place}`).tabIndex = 0;
    }

    /** Draw 168 numbers; with no hour chosen all are strong. */
    show({ hours, chosen, words, number, locale }) {
      this.chosen = chosen;
      this.shown = { hours, words, number };
      const most = Math.max(1, ...hours);
      this.heading.textContent = words.title;
      this.clear.textContent = words.clear;
      this.clear.setAttribute("aria-label", gezhi.fill(words.clear_side, { side: words.title }));
      this.clear.hidden = !chosen.size;
      this.box.setAttribute("aria-label", words.title);
      this.grid.setAttribute("aria-label", words.title);
      this.box.classList.toggle("gz-filtered", chosen.size > 0);
      this.name(locale);
      for (let hour = 0; hour < DAYS * HOURS; hour++) {
        const place = [Math.floor(hour / HOURS), hour % HOURS];
        const field = this.fields.get(`${place}`);
        field.style.setProperty("--gz-share", (hours[hour] / most).toFixed(3));
        field.setAttribute("aria-selected", String(chosen.has(hour)));
        field.setAttribute("aria-label", this.wordsOf(place));
      }
      for (let day = 0; day < DAYS; day++) {
        this.fields.get(`${[day, -1]}`).setAttribute("aria-label", this.wordsOf([day, -1]));
      }
      for (let hour = 0; hour < HOURS; hour++) {
        this.fields.get(`${[-1, hour]}`).setAttribute("aria-label", this.wordsOf([-1, hour]));
      }
      this.fields.get(`${this.at}`).tabIndex = 0;
      if (!this.explained) this.note.textContent = words.hint;
    }

    name(locale) {
      if (this.locale === locale) return;
      this.locale = locale;
      const [short, long] = ["short", "long"].map(
        (weekday) => new Intl.DateTimeFormat(locale, { weekday, timeZone: "UTC" }),
      );
      this.days = Array.from({ length: DAYS }, (_, day) => long.format(A_MONDAY + day * DAY_MS));
      for (let day = 0; day < DAYS; day++) {
        this.fields.get(`${[day, -1]}`).textContent = short.format(A_MONDAY + day * DAY_MS);
      }
    }

    wordsOf([day, hour]) {
      const { hours, words, number } = this.shown;
      const n = [...this.block([day, hour], [day, hour])].reduce((sum, one) => sum + hours[one], 0);
      const text = day < 0 ? words.column : hour < 0 ? words.row : words.hour;
      return gezhi.fill(text, {
        day: this.days[day] || "",
        hour: `${hour}:00`,
        end: `${hour + 1}:00`,
        n: number(n),
      });
    }

    explain(place) {
      this.explained = place;
      this.note.textContent = place && this.shown ? this.wordsOf(place) : this.shown ? this.shown.words.hint : "";
    }
  }

  gezhi.Week = Week;
})((window.gezhi = window.gezhi || {}));
