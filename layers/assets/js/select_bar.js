/* The tool bar of the selection: which tool draws, what a shape does to the selection, and the list of keys. */
(function (gezhi) {
  "use strict";

  /** Lines on a square of 20 by 20. */
  const ICONS = {
    choose: ["M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4", "M10 7v6M7 10h6"],
    pan: ["M5 3l11 6.2-5 1.3-2 5.1z"],
    box: ["M3.5 6.5v-3h3M9 3.5h2M13.5 3.5h3v3M16.5 9v2M16.5 13.5v3h-3M11 16.5H9M6.5 16.5h-3v-3M3.5 11V9"],
    lasso: ["M6.5 13.2C4 12.3 2.6 10.7 2.6 8.6c0-3.2 3.3-5.3 7.4-5.3s7.4 2.1 7.4 5.3-3.3 5.3-7.4 5.3c-.8 0-1.5-.1-2.2-.2", "M7.6 13.2a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0zM5.4 14.5c.3 1.2-.3 2.1-1.4 2.7"],
    ring: ["M10 2.5l6.5 3.75v7.5L10 17.5l-6.5-3.75v-7.5z", "M10 7.6l2.1 1.2v2.4L10 12.4l-2.1-1.2V8.8z"],
    fit: ["M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4", "M7 8.3L10 6.5l3 1.8v3.4l-3 1.8-3-1.8z"],
    clear: ["M5 5l10 10M15 5L5 15"],
  };
  const TOOLS = ["pan", "box", "lasso", "ring"];
  const MODES = ["new", "add", "remove"];

  class SelectBar {
    /** `act` has a function for each button: `tool(name)`, `mode(name)`, `fit()`, `clear()`. */
    constructor(map, act) {
      this.map = map;
      this.act = act;
      this.buttons = {};
      this.control = L.control({ position: "topright" });
      this.control.onAdd = () => this.build();
      this.control.addTo(map);
      this.help = new gezhi.SelectHelp(map);
    }

    build() {
      this.box = gezhi.element("div", "gz-select leaflet-control");
      this.box.append(this.button("choose", "gz-select-choose gz-panel", () => this.fold()));
      this.bar = gezhi.element("div", "gz-panel gz-select-bar", { role: "group" });
      for (const name of TOOLS) this.bar.append(this.button(name, "", () => this.act.tool(name)));
      this.bar.append(this.button("fit", "", () => this.act.fit()));
      this.bar.append(this.button("clear", "gz-select-clear", () => this.act.clear()));
      this.bar.append(this.button("help", "", () => this.help.show(this.buttons.help)));
      this.modes = gezhi.element("div", "gz-panel gz-select-modes");
      this.hint = gezhi.element("p", "gz-select-hint", { id: "gz-select-hint" });
      const row = gezhi.element("div", "gz-select-row", { role: "group" });
      for (const name of MODES) row.append(this.button(name, "gz-select-mode", () => this.act.mode(name)));
      this.sum = gezhi.element("p", "gz-select-sum");
      this.modes.append(row, this.hint, this.sum);
      this.box.append(this.bar, this.modes);
      this.count = gezhi.element("span", "gz-select-count", { "aria-hidden": "true" });
      this.buttons.clear.append(this.count);
      this.sum.hidden = true;
      L.DomEvent.disableClickPropagation(this.box).disableScrollPropagation(this.box);
      this.box.addEventListener("keydown", (event) => {
        if (event.key === "Escape") this.act.escape();
      });
      return this.box;
    }

    button(name, className, act) {
      const button = gezhi.element("button", `gz-select-button ${className}`, { type: "button" });
      button.dataset.select = name;
      if (name in ICONS) button.append(icon(ICONS[name]));
      button.addEventListener("click", act);
      this.buttons[name] = button;
      return button;
    }

    /** On a narrow map the tools are folded behind one button; folding them away leaves the tool. */
    fold() {
      const opened = !this.opened;
      if (!opened) this.act.tool("pan");
      this.open(opened);
    }

    open(opened) {
      this.opened = opened;
      this.box.classList.toggle("gz-select-open", opened);
      this.buttons.choose.setAttribute("aria-expanded", String(opened));
    }

    setWords(words, keys) {
      this.words = words;
      for (const [name, button] of Object.entries(this.buttons)) {
        const text = words[`select_${name}`];
        button.setAttribute("aria-label", text);
        button.title = text;
        if (MODES.includes(name)) button.textContent = text;
      }
      this.buttons.help.textContent = "?";
      this.bar.setAttribute("aria-label", words.select);
      this.modes.firstChild.setAttribute("aria-label", words.select_modes);
      this.help.setWords(words, keys);
    }

    setTool(tool, mode) {
      for (const name of TOOLS) this.press(name, name === (tool || "pan"));
      for (const name of MODES) this.press(name, name === mode);
      this.modes.firstChild.hidden = this.hint.hidden = !tool;
      this.fit();
      this.hint.textContent = tool ? this.words[`select_${tool}_hint`] : "";
      if (tool) this.open(true);
    }

    /** What is selected, in a line. */
    setSum(text) {
      this.sum.textContent = text;
      this.sum.hidden = !text;
      this.fit();
    }

    /** The panel beside the bar is there as long as it has something to say. */
    fit() {
      this.modes.hidden = this.hint.hidden && this.sum.hidden;
    }

    /** Without tools only what is selected is told. */
    show(tools) {
      this.bar.hidden = this.buttons.choose.hidden = !tools;
    }

    press(name, pressed) {
      this.buttons[name].setAttribute("aria-pressed", String(pressed));
    }

    /** How many cells are selected; what needs some of them is shown only then. */
    setCount(count, text) {
      this.buttons.clear.hidden = this.buttons.fit.hidden = !count;
      this.count.textContent = text;
    }

    remove() {
      this.help.remove();
      this.control.remove();
    }
  }

  function icon(lines) {
    const paths = lines.map((line) => `<path d="${line}"></path>`).join("");
    const holder = document.createElement("template"); // only markup becomes SVG without naming its namespace
    holder.innerHTML = `<svg viewBox="0 0 20 20" aria-hidden="true">${paths}</svg>`;
    return holder.content.firstChild;
  }

  gezhi.SelectBar = SelectBar;
})((window.gezhi = window.gezhi || {}));
