/* The list of the map's keys and gestures, above the map until it is closed. */
(function (gezhi) {
  "use strict";

  class SelectHelp {
    constructor(map) {
      this.box = gezhi.element("div", "gz-panel gz-help", { role: "dialog", "aria-labelledby": "gz-help-title" });
      this.title = gezhi.element("h2", "gz-help-title", { id: "gz-help-title" });
      this.list = gezhi.element("dl", "gz-help-keys", {});
      this.close = gezhi.element("button", "gz-help-close", { type: "button" });
      this.close.textContent = "×";
      this.box.append(this.close, this.title, this.list);
      this.box.hidden = true;
      L.DomEvent.disableClickPropagation(this.box).disableScrollPropagation(this.box);
      this.close.addEventListener("click", () => this.hide());
      this.box.addEventListener("keydown", (event) => this.key(event));
      map.getContainer().append(this.box);
    }

    /** `keys` are pairs: what one presses or does, and what it means. */
    setWords(words, keys) {
      this.title.textContent = words.select_help;
      this.close.setAttribute("aria-label", words.close);
      this.list.replaceChildren(
        ...keys.flatMap(([keystroke, meaning]) => {
          const term = gezhi.element("dt", "");
          const said = gezhi.element("dd", "");
          term.textContent = keystroke;
          said.textContent = meaning;
          return [term, said];
        }),
      );
    }

    /** Show it; the focus goes back to `opener` afterwards. */
    show(opener) {
      this.opener = opener;
      this.box.hidden = false;
      this.close.focus();
    }

    hide() {
      this.box.hidden = true;
      if (this.opener) this.opener.focus();
    }

    key(event) {
      event.stopPropagation();
      if (event.key === "Escape") this.hide();
      if (event.key !== "Tab") return;
      event.preventDefault(); // its only button keeps the focus
      this.close.focus();
    }

    remove() {
      this.box.remove();
    }
  }

  gezhi.SelectHelp = SelectHelp;
})((window.gezhi = window.gezhi || {}));
