/* What the map has to say about itself: a bar while it waits, a message when something is missing. */
(function (gezhi) {
  "use strict";

  class Notice {
    /** `speak(text)` reads a text out to those who do not see the map. */
    constructor(map, words, speak) {
      this.busyParts = new Set();
      this.messages = new Map(); // part -> {text, retry, alert}
      this.bar = gezhi.element("div", "gz-bar", { role: "progressbar", "aria-label": words.loading });
      this.bar.hidden = true;
      this.box = gezhi.element("div", "gz-panel gz-notice");
      this.box.hidden = true;
      this.text = gezhi.element("span", "gz-notice-text");
      this.button = gezhi.element("button", "gz-notice-retry", { type: "button" });
      this.box.append(this.text, this.button);
      L.DomEvent.disableClickPropagation(this.box).disableScrollPropagation(this.box);
      map.getContainer().append(this.bar, this.box);
      this.words = words;
      this.speak = speak;
    }

    busy(part, waits) {
      if (waits) this.busyParts.add(part);
      else this.busyParts.delete(part);
      this.bar.hidden = this.busyParts.size === 0;
    }

    /** Say something for a part until it says something else or `clear` is called. */
    say(part, text, retry) {
      this.messages.set(part, { text, retry });
      this.show();
    }

    clear(part) {
      if (this.messages.delete(part)) this.show();
    }

    /** Faults come before remarks; one message at a time. */
    show() {
      const all = [...this.messages.values()];
      const message = all.find((one) => one.retry) || all[0];
      this.box.hidden = !message;
      if (!message) return;
      this.box.classList.toggle("gz-fault", Boolean(message.retry));
      this.text.textContent = message.text;
      this.speak(message.text);
      this.button.hidden = !message.retry;
      this.button.textContent = this.words.retry;
      this.button.onclick = message.retry || null;
    }
  }

  gezhi.Notice = Notice;
})((window.gezhi = window.gezhi || {}));
