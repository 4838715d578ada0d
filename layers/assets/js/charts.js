/* The charts beside the map: each shows the figures that the other sides let through, and is a filter itself. */
(function (gezhi) {
  "use strict";

  const MOST = { category: 8, status: 10, unit: 6 };

  class Charts {
    constructor(parent) {
      this.choices = gezhi.choices;
      this.words = new Map(); // of what was shown once: "side name" -> words
      this.box = gezhi.element("div", "gz-explorer gz-charts");
      const bars = (side) =>
        new gezhi.Bars({
          side,
          most: MOST[side],
          onToggle: (name) => this.toggle(side, name),
          onClear: () => this.choices.set({ [side]: "" }),
        });
      this.bars = { category: bars("category"), status: bars("status"), unit: bars("unit") };
      this.week = new gezhi.Week({
        onChoose: (hours) => this.choices.set({ hours: gezhi.query.ranges(hours) }),
        onClear: () => this.choices.set({ hours: "" }),
      });
      this.failed = gezhi.element("div", "gz-charts-failed", { role: "alert" });
      this.retry = gezhi.element("button", "gz-chart-clear", { type: "button" });
      this.retry.addEventListener("click", () => this.choices.retry());
      this.failedWords = gezhi.element("span", "");
      this.failed.append(this.failedWords, this.retry);
      const { category, status, unit } = this.bars;
      this.box.append(this.failed, category.box, this.week.box, status.box, unit.box);
      parent.append(this.box);
      this.stop = this.choices.listen(() => this.show());
    }

    update(data) {
      this.data = data;
      this.number = gezhi.numberFormat(data.locale);
      const percent = new Intl.NumberFormat(data.locale, { style: "percent", maximumFractionDigits: 1 });
      this.percent = (share) => percent.format(share);
      this.show();
    }

    remove() {
      this.stop();
      this.box.remove();
    }

    show() {
      const { answer, failed, stale, said } = this.choices;
      if (!this.data) return;
      const { labels, locale } = this.data;
      this.failed.hidden = !failed;
      this.failedWords.textContent = labels.failed;
      this.retry.textContent = labels.retry;
      for (const chart of [...Object.values(this.bars), this.week]) chart.box.hidden = !answer;
      this.box.classList.toggle("gz-stale", stale);
      this.note();
      if (!answer || !said) return;
      const shared = { number: this.number, percent: this.percent };
      for (const [side, bars] of Object.entries(this.bars)) {
        const chosen = this.chosen(side);
        const items = this.withChosen(side, answer[side], chosen);
        bars.show({ ...shared, items, chosen, words: { ...labels, title: labels[side] } });
        bars.box.hidden = items.length < 2 && !chosen.size;
      }
      const hours = gezhi.query.hours(this.choices.side("hours"));
      const words = { ...labels, title: labels.hours };
      this.week.show({ ...shared, hours: answer.hours, chosen: hours, words, locale });
    }

    /** For tests and benches: they wait for the figures of a query instead of sleeping. */
    note() {
      const { answer, asking, query } = this.choices;
      this.box.dataset.gezhiFigures = answer && !asking ? answer.total : "";
      this.box.dataset.gezhiOf = answer && !asking ? query : "";
    }

    /** The chosen names of a side, words for groups of states spelt out. */
    chosen(side) {
      const names = gezhi.query.names(this.choices.side(side));
      const groups = side === "status" ? this.data.status_groups : {};
      return new Set(names.flatMap((name) => groups[name] || [name]));
    }

    /** What is chosen has its bar even where no report has it now: else it could not be left out again. */
    withChosen(side, items, chosen) {
      for (const [name, words] of items) this.words.set(`${side} ${name}`, words);
      if (this.choices.isImplied(side)) return items;
      const there = new Set(items.map(([name]) => name));
      const missing = [...chosen].filter((name) => !there.has(name));
      return [...items, ...missing.map((name) => [name, this.words.get(`${side} ${name}`) || name, 0])];
    }

    /** Click a bar: within a group that is chosen as a whole it narrows down, else it joins or leaves. */
    toggle(side, name) {
      const chosen = this.choices.isImplied(side) ? new Set() : this.chosen(side);
      if (!chosen.delete(name)) chosen.add(name);
      this.choices.set({ [side]: gezhi.query.listed(chosen) });
    }
  }

  gezhi.Charts = Charts;
})((window.gezhi = window.gezhi || {}));
