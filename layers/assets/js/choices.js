/* What is chosen on the page: shown at once, told to Python soon after, and put right by what Python says.

   Each click is an operation with a stamp. Python answers with its own state and the stamp of the last operation
   that is in it; what it has not taken up yet is laid over that state again. So the word of an older run never undoes
   a newer click, and a change in the sidebar meanwhile is not lost either.

   What others tell Python by themselves (the map a selection, the sidebar its choices) is foreseen: shown at once,
   until Python says so too, or comes to rest without it. */
(function (gezhi) {
  "use strict";

  const SEND_AFTER_MS = 150; // the map is painted first, and quick clicks are told together
  const MOST_WAIT_MS = 1000;
  const SLOW_MS = 300;
  const KEPT = 60;
  const FORESEEN_MS = 3000;
  const RUNNING = '[data-testid="stApp"][data-test-script-state="running"]';

  class Choices {
    constructor() {
      this.listeners = new Set();
      this.kept = new Map(); // address -> answer
      this.last = 0;
      this.reset();
    }

    reset() {
      clearTimeout(this.sending);
      this.sending = null; // the timer that tells Python
      clearTimeout(this.slow);
      clearTimeout(this.forgetting);
      if (this.asking) this.asking.abort();
      this.asking = null;
      this.foreseen = new Map(); // side -> {value, n, implied}: what others are telling Python by themselves
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
      for (const [name, { value, n }] of this.foreseen) {
        // Who took up a later operation has heard what was told before it.
        if (n < said.taken || (sides.get(name) || "") === value) this.foreseen.delete(name);
      }
      this.settle();
    }

    /**
     * Show sides that somebody else is telling Python, until Python says so too or does not want it; null takes
     * back what was foreseen of a side. `implied` are those of them that are chosen as a whole group.
     */
    foresee(params, implied = []) {
      if (!this.said) return;
      this.last = Math.max(Date.now(), this.last + 1);
      for (const [name, value] of Object.entries(params)) {
        if (value === null) this.foreseen.delete(name);
        else this.foreseen.set(name, { value: tidy(name, value), n: this.last, implied: implied.includes(name) });
      }
      this.forgetLater();
      this.settle();
    }

    /** Python that has come to rest and does not say what was foreseen does not want it. */
    forgetLater() {
      clearTimeout(this.forgetting);
      this.forgetting = setTimeout(() => {
        if (!this.foreseen.size) return;
        if (document.querySelector(RUNNING)) {
          this.forgetLater();
          return;
        }
        this.foreseen.clear();
        this.settle();
      }, FORESEEN_MS);
    }

    /** Whether something is shown that Python has not said yet. */
    get isAhead() {
      return this.operations.length > 0 || this.foreseen.size > 0;
    }

    leave(owner) {
      if (this.owner === owner) this.reset();
    }

    /** Do something: `params` are the sides of the filter that it changes, as far as that is known here. */
    act(what, { params = {}, side = "" } = {}) {
      if (!this.said) return;
      this.last = Math.max(Date.now(), this.last + 1);
      this.operations.push({ n: this.last, do: what, side, params });
      this.sendAfter(this.settle());
    }

    /**
     * Tell Python once the map is painted. A server that was slow to answer is busy with the maps of others, so
     * that Python's run of the page waits as long again.
     */
    async sendAfter(painting) {
      const begun = performance.now();
      clearTimeout(this.sending);
      const turn = (this.sending = setTimeout(() => this.sendNow(), 2 * MOST_WAIT_MS));
      await painting;
      if (this.sending !== turn) return;
      clearTimeout(turn);
      const taken = Math.min(performance.now() - begun, MOST_WAIT_MS);
      this.sending = setTimeout(() => this.sendNow(), Math.max(SEND_AFTER_MS - taken, taken));
    }

    /** Tell Python what it was not told yet: something else is about to be done. */
    sendNow() {
      if (!this.sending) return;
      clearTimeout(this.sending);
      this.sending = null;
      this.send(this.operations);
    }

    set(params) {
      this.act("set", { params });
    }

    /** Whether a side was chosen as a whole group, so that a click within narrows it down. */
    isImplied(side) {
      if (this.operations.some(({ params }) => side in params)) return false;
      return this.foreseen.has(side) ? this.foreseen.get(side).implied : this.said.implied.includes(side);
    }

    side(name) {
      return new URLSearchParams(this.query || "").get(name) || "";
    }

    settle() {
      const others = Object.fromEntries([...this.foreseen].map(([name, { value }]) => [name, value]));
      const begin = gezhi.query.change(this.said.query, others);
      this.query = this.operations.reduce((query, { params }) => gezhi.query.change(query, params), begin);
      this.extra = {};
      const painting = this.steer();
      this.ask();
      this.notify();
      return painting;
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
      return this.isAhead ? this.query : null;
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

  /** A side as a query has it. */
  function tidy(name, value) {
    return new URLSearchParams(gezhi.query.change("", { [name]: value })).get(name) || "";
  }

  gezhi.Choices = Choices;
  gezhi.choices = new Choices();
})((window.gezhi = window.gezhi || {}));
