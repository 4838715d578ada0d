/* What is chosen on the page: shown at once, told to Python soon after, and put right by what Python says.

   Each click is an operation with a stamp. Python answers with its own state and the stamp of the last operation
   that is in it; what it has not taken up yet is laid over that state again. So the word of an older run never undoes
   a newer click, and a change in the sidebar meanwhile is not lost either. */
(function (gezhi) {
  "use strict";

  const SEND_AFTER_MS = 150; // the map is painted first, and quick clicks are told together
  const SLOW_MS = 300;
  const KEPT = 60;
  const FORESEEN_MS = 3000;

  class Choices {
    constructor() {
      this.listeners = new Set();
      this.kept = new Map(); // address -> answer
      this.last = 0;
      this.reset();
    }

    reset() {
      clearTimeout(this.sending);
      clearTimeout(this.slow);
      clearTimeout(this.forgetting);
      if (this.asking) this.asking.abort();
      this.asking = null;
      this.foreseen = null; // what the map itself is telling Python
      this.owner = null;
      this.said = null; // Python's last word
      this.operations = []; // which Python has not taken up
      this.query = null; // what is shown
      this.answer = null; // its figures
      this.url = null; // of these figures, on their way or here
      this.stale = false;
      this.failed = false;
      this.extra = {};
    }

    /** Python's word: `{query, taken, version, implied}`; `send(operations)` tells it what was done here. */
    tell(owner, said, send) {
      if (this.owner && this.owner !== owner) this.reset();
      this.owner = owner;
      this.said = said;
      this.send = send;
      this.operations = this.operations.filter((operation) => operation.n > said.taken);
      const sides = new URLSearchParams(gezhi.query.change(said.query, {}));
      const isSaid = ([name, value]) => (sides.get(name) || "") === value;
      if (this.foreseen && Object.entries(this.foreseen).every(isSaid)) this.foresee(null);
      else this.settle();
    }

    /** Show sides that the map is telling Python by itself, until Python says so too or does not want it. */
    foresee(params) {
      if (!this.said) return;
      clearTimeout(this.forgetting);
      this.foreseen = params;
      if (params) this.forgetting = setTimeout(() => this.foresee(null), FORESEEN_MS);
      this.settle();
    }

    leave(owner) {
      if (this.owner === owner) this.reset();
    }

    /** Do something: `params` are the sides of the filter that it changes, as far as that is known here. */
    act(what, { params = {}, side = "" } = {}) {
      if (!this.said) return;
      this.last = Math.max(Date.now(), this.last + 1);
      this.operations.push({ n: this.last, do: what, side, params });
      this.settle();
      clearTimeout(this.sending);
      this.sending = setTimeout(() => this.send(this.operations), SEND_AFTER_MS);
    }

    set(params) {
      this.act("set", { params });
    }

    /** Whether a side was chosen as a whole group, so that a click within narrows it down. */
    isImplied(side) {
      return this.said.implied.includes(side) && !this.operations.some(({ params }) => side in params);
    }

    side(name) {
      return new URLSearchParams(this.query || "").get(name) || "";
    }

    settle() {
      const begin = gezhi.query.change(this.said.query, this.foreseen || {});
      this.query = this.operations.reduce((query, { params }) => gezhi.query.change(query, params), begin);
      this.extra = {};
      this.steer();
      this.ask();
      this.notify();
    }

    /** Show reports on the map and the time line alone, as a drag or the player passes by them. */
    pass(params, extra = {}) {
      this.query = gezhi.query.change(this.query, params);
      this.extra = extra;
      const painting = this.steer();
      this.notify();
      return painting;
    }

    steer() {
      return gezhi.frames.steer(this.query, this.extra);
    }

    /** For a map that is made while clicks are under way. */
    get steered() {
      return this.operations.length ? this.query : null;
    }

    async ask() {
      const asked = new URLSearchParams(this.query);
      asked.set("v", this.said.version);
      const url = `/api/figures?${asked}`;
      if (this.url === url && !this.failed) return;
      if (this.asking) this.asking.abort();
      this.url = url;
      this.failed = false;
      clearTimeout(this.slow);
      if (this.kept.has(url)) {
        this.take(this.kept.get(url));
        return;
      }
      const controller = (this.asking = new AbortController());
      this.slow = setTimeout(() => this.fade(), SLOW_MS);
      try {
        const response = await fetch(url, { signal: controller.signal, credentials: "same-origin" });
        if (!response.ok) throw new Error(`status ${response.status}`);
        const answer = await response.json();
        if (this.asking !== controller) return;
        this.keep(url, answer);
        this.take(answer);
        this.notify();
      } catch (error) {
        if (this.asking !== controller || controller.signal.aborted) return;
        console.warn("figures:", error);
        clearTimeout(this.slow);
        this.failed = true;
        this.asking = this.answer = null;
        this.notify();
      }
    }

    take(answer) {
      clearTimeout(this.slow);
      this.asking = null;
      this.answer = answer;
      this.stale = false;
    }

    keep(url, answer) {
      this.kept.set(url, answer);
      if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
    }

    /** Figures of another filter must not look current for long. */
    fade() {
      this.stale = true;
      this.notify();
    }

    retry() {
      this.url = null;
      this.ask();
      this.notify();
    }

    listen(listener) {
      this.listeners.add(listener);
      return () => this.listeners.delete(listener);
    }

    notify() {
      this.listeners.forEach((listener) => listener());
    }
  }

  gezhi.Choices = Choices;
  gezhi.choices = new Choices();
})((window.gezhi = window.gezhi || {}));
