/* The tooltip of a hot spot: its class and its reports at once; the reason as soon as the pointer rests. */
(function (gezhi) {
  "use strict";

  const REST_MS = 180;
  const KEPT = 200;

  class HotTip {
    constructor(map) {
      this.map = map;
      this.tip = L.tooltip({ direction: "top", offset: [0, -8], className: "gz-tip gz-hot-tip", opacity: 1 });
      this.reasons = new Map(); // address -> words
      this.request = new gezhi.Request(() => {});
      this.cell = this.url = null;
      this.text = this.drawn = "";
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
      this.write(part);
      this.tip.setLatLng(latlng);
      if (!this.map.hasLayer(this.tip)) this.tip.addTo(this.map);
    }

    write(part) {
      const [label, reports] = part.textsOf(this.cell);
      const pending = this.url ? part.options.labels.reason_pending : "";
      const reason = this.reasons.has(this.url) ? this.reasons.get(this.url) : pending;
      const name = gezhi.fill(part.options.labels.cell, { id: this.cell.replace(/f+$/, "") });
      const lines = [["count", label], ["rate", reports], ["reason", reason], ["cell", name]].filter(([, text]) => text);
      const drawn = JSON.stringify(lines);
      if (drawn === this.drawn) return;
      this.drawn = drawn;
      // What is read out has no words that are gone in a moment.
      this.text = lines.flatMap(([, words]) => (words === pending ? [] : [words])).join(", ");
      const content = gezhi.element("div", "gz-tip-text");
      for (const [look, words] of lines) {
        content.append(gezhi.element("span", `gz-tip-${look}`));
        content.lastChild.textContent = words;
      }
      this.tip.setContent(content);
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
      this.write(part);
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
      this.text = this.drawn = "";
      this.tip.remove();
    }
  }

  gezhi.HotTip = HotTip;
})((window.gezhi = window.gezhi || {}));
