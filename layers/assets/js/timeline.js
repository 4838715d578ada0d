/* The time line below the map: how many reports when, the period that is shown, and playing through it. */
(function (gezhi) {
  "use strict";

  const DAY_MS = 86_400_000;
  const SPEEDS = [2, 4, 8, 12];
  const HEIGHT_PX = 44;
  const LEAST_BAR_PX = 1;

  class Timeline {
    constructor(parent) {
      this.choices = gezhi.choices;
      this.box = gezhi.element("section", "gz-explorer gz-timeline", { role: "group" });
      this.button = gezhi.element("button", "gz-play", { type: "button" });
      this.button.addEventListener("click", () => this.toggle());
      this.speed = gezhi.element("select", "gz-speed");
      this.speed.addEventListener("change", () => (this.player.perSecond = Number(this.speed.value)));
      this.said = gezhi.element("output", "gz-timeline-said");
      this.scale = gezhi.element("span", "gz-timeline-scale");
      this.canvas = gezhi.element("canvas", "gz-timeline-bars", { "aria-hidden": "true" });
      this.ends = [gezhi.element("span", ""), gezhi.element("span", "")];
      this.range = new gezhi.Range({
        onPass: (range) => this.pass(range),
        onChoose: (range) => this.choose(range),
      });
      this.player = new gezhi.Player({
        show: (range) => this.pass(range, this.held),
        ahead: (range) => this.ahead(range),
        onChange: () => this.show(),
        onEnd: (range) => this.choose(range),
      });
      this.assemble(parent);
      this.sized = new ResizeObserver(() => this.draw());
      this.sized.observe(this.canvas);
      this.stop = this.choices.listen(() => this.follow());
    }

    assemble(parent) {
      const head = gezhi.element("div", "gz-timeline-head");
      head.append(this.button, this.speed, this.said, this.scale);
      const field = gezhi.element("div", "gz-timeline-field");
      field.append(this.canvas, this.range.track);
      const foot = gezhi.element("div", "gz-timeline-foot");
      foot.append(...this.ends);
      this.box.append(head, field, foot);
      parent.append(this.box);
    }

    update(data) {
      this.data = data;
      const { labels, locale } = data;
      this.number = gezhi.numberFormat(locale);
      const shape = { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" };
      this.day = new Intl.DateTimeFormat(locale, shape);
      this.speed.setAttribute("aria-label", labels.speed);
      this.speed.replaceChildren(
        ...SPEEDS.map((perSecond) => {
          const option = gezhi.element("option", "", { value: perSecond });
          option.textContent = gezhi.fill(labels.per_second, { n: perSecond });
          return option;
        }),
      );
      this.speed.value = this.player.perSecond;
      this.show();
    }

    remove() {
      this.player.pause();
      this.stop();
      this.sized.disconnect();
      this.box.remove();
    }

    /** Another filter, from wherever: what is played is not that any more. */
    follow() {
      if (this.player.playing && this.choices.query !== this.passed) this.player.pause();
      this.show();
    }

    get series() {
      const { answer } = this.choices;
      return answer && answer.series.first ? answer.series : null;
    }

    /** The period of the filter in steps, `[from, to[`; null without one. */
    period() {
      const [from, to] = [this.choices.side("from"), this.choices.side("to")];
      if (!from && !to) return null;
      const { step, n } = this.series;
      const at = (day) => (Date.parse(day) - this.begin) / (step * DAY_MS);
      return [from ? at(from) : 0, to ? at(to) + 1 / step : n.length];
    }

    get begin() {
      return Date.parse(this.series.first);
    }

    dayOf(at, { last = false } = {}) {
      const { step } = this.series;
      return this.begin + (at * step + (last ? step - 1 : 0)) * DAY_MS;
    }

    params(range) {
      if (!range) return { from: "", to: "" };
      const text = (ms) => new Date(ms).toISOString().slice(0, 10);
      return { from: text(this.dayOf(range[0])), to: text(this.dayOf(range[1], { last: true })) };
    }

    pass(range, extra = {}) {
      this.passed = gezhi.query.change(this.choices.query, this.params(range));
      return this.choices.pass(this.params(range), extra);
    }

    choose(range) {
      this.choices.set(this.params(range));
    }

    ahead(range) {
      const query = gezhi.query.change(this.choices.query, this.params(range));
      gezhi.frames.ahead(query, this.held);
    }

    async toggle() {
      if (this.player.playing) {
        this.player.pause();
        return;
      }
      if (!this.series || this.starting) return;
      this.starting = true;
      const { n } = this.series;
      const limited = this.period();
      const [first, last] = limited ? this.range.whole() : [0, 0];
      const length = last - first;
      const from = last >= n.length - 1 ? [0, length] : [first, last];
      try {
        this.held = limited ? gezhi.frames.held() : { edges: (await this.busiestEdges(length)).join(",") };
      } finally {
        this.starting = false;
      }
      this.passed = this.choices.query;
      this.player.play(from, n.length);
    }

    /** The classes of the range with most reports: with them no other range is all one colour. */
    async busiestEdges(length) {
      const { n } = this.series;
      let best = 0;
      for (let i = 1; i < n.length - length; i++) if (this.sum([i, i + length]) > this.sum([best, best + length])) best = i;
      const query = gezhi.query.change(this.choices.query, this.params([best, best + length]));
      return gezhi.frames.edgesOf(query).catch(() => []);
    }

    sum([first, last]) {
      return this.series.n.slice(first, last + 1).reduce((total, one) => total + one, 0);
    }

    show() {
      const { data } = this;
      this.box.hidden = !this.series || this.series.n.length < 2;
      if (!data || this.box.hidden) return;
      const { labels } = data;
      const { n, step } = this.series;
      const { playing } = this.player;
      this.box.setAttribute("aria-label", step === 1 ? labels.per_day : labels.per_week);
      this.button.textContent = playing ? labels.pause : labels.play;
      this.button.dataset.gezhiPlaying = playing;
      this.ends[0].textContent = this.day.format(this.dayOf(0));
      this.ends[1].textContent = this.day.format(this.dayOf(n.length - 1, { last: true }));
      const most = { n: this.number(Math.max(...n)) };
      this.scale.textContent = gezhi.fill(step === 1 ? labels.most_day : labels.most_week, most);
      const text = (at) => `${this.day.format(this.dayOf(at))}: ${this.number(n[at])}`;
      const words = { move: labels.move, first: labels.first, last: labels.last };
      this.range.show({ count: n.length, range: this.period(), words, text });
      this.said.textContent = this.words();
      this.draw();
    }

    /** What the period is and how many reports it has; its ends may lie within a week. */
    words() {
      const { labels } = this.data;
      const limited = this.period();
      const { n } = this.series;
      if (!limited) return gezhi.fill(labels.all_time, { n: this.number(this.sum([0, n.length - 1])) });
      const [first, last] = this.range.whole();
      const { answer } = this.choices;
      const even = limited.every((at) => Math.abs(at - Math.round(at)) < 1e-6);
      const total = even ? this.sum([first, last]) : answer.total;
      const [from, to] = [this.choices.side("from"), this.choices.side("to")];
      return gezhi.fill(labels.range, {
        first: this.day.format(from ? Date.parse(from) : this.dayOf(0)),
        last: this.day.format(to ? Date.parse(to) : this.dayOf(n.length - 1, { last: true })),
        n: this.number(total),
      });
    }

    draw() {
      const width = this.canvas.clientWidth;
      if (!this.series || !width) return;
      const { n } = this.series;
      const ratio = window.devicePixelRatio || 1;
      if (this.canvas.width !== Math.round(width * ratio)) {
        this.canvas.width = Math.round(width * ratio);
        this.canvas.height = Math.round(HEIGHT_PX * ratio);
      }
      const context = this.canvas.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, HEIGHT_PX);
      context.fillStyle = getComputedStyle(this.canvas).color;
      const most = Math.max(1, ...n);
      const [from, to] = this.period() || [0, n.length];
      const each = width / n.length;
      const gap = each > 3 ? 1 : 0;
      for (let i = 0; i < n.length; i++) {
        const height = n[i] ? Math.max(LEAST_BAR_PX, (n[i] / most) * HEIGHT_PX) : 0;
        context.globalAlpha = i + 1 > from && i < to ? 1 : 0.3;
        context.fillRect(i * each, HEIGHT_PX - height, Math.max(0.5, each - gap), height);
      }
    }
  }

  gezhi.Timeline = Timeline;
})((window.gezhi = window.gezhi || {}));
