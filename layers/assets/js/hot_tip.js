/* The tooltip of a hot spot: its class and its reports at once; the reason as soon as the pointer rests. */
(function (gezhi) {
  "use strict";

  const REST_MS = 180;
  const KEPT = 200;

  class HotTip extends gezhi.Tip {
    constructor(map) {
      super(map, { className: "gz-tip gz-hot-tip" });
      this.reasons = new Map(); // address -> words
      this.request = new gezhi.Request(() => {});
      this.cell = this.url = null;
    }

    /** Say what a part (`gezhi.parts.hot`) shows of a cell. */
    show(latlng, cell, part) {
      const url = part.reasonAddress(cell);
      if (cell !== this.cell || url !== this.url) {
        this.cell = cell;
        this.url = url;
        this.request.abort();
        clearTimeout(this.resting);
        if (url && !this.reasons.has(url)) this.resting = setTimeout(() => this.ask(url, part), REST_MS);
      }
      this.put(latlng, this.lines(part));
    }

    lines(part) {
      const [label, reports] = part.textsOf(this.cell);
      this.pending = this.url ? part.options.labels.reason_pending : "";
      const reason = this.reasons.has(this.url) ? this.reasons.get(this.url) : this.pending;
      const name = gezhi.Tip.nameOf(this.cell, part);
      return [["count", label], ["rate", reports], ["reason", reason], ["cell", name]].filter(([, text]) => text);
    }

    write(lines) {
      super.write(lines);
      // What is read out has no words that are gone in a moment.
      this.text = lines.flatMap(([, words]) => (words === this.pending ? [] : [words])).join(", ");
    }

    /** Fetch the reason; where there is none to be had, the class alone says enough. */
    async ask(url, part) {
      let words = "";
      try {
        const result = await this.request.get(url, (response) => response.json());
        if (!result) return; // the pointer went on
        words = result.answer.reason;
        this.keep(url, words);
      } catch (error) {
        console.warn("reason:", error);
        this.reasons.set(url, "");
      }
      if (this.cell === null || this.url !== url) return;
      this.write(this.lines(part));
      if (!words) this.reasons.delete(url); // asked again the next time
      part.conductor.follow();
    }

    keep(url, words) {
      if (this.reasons.size >= KEPT) this.reasons.delete(this.reasons.keys().next().value);
      this.reasons.set(url, words);
    }

    hide() {
      clearTimeout(this.resting);
      this.request.abort();
      this.cell = this.url = null;
      super.hide();
    }
  }

  gezhi.HotTip = HotTip;
})((window.gezhi = window.gezhi || {}));
