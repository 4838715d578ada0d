/* The tools of the map of territories: move, paint, pin, barrier, undo and redo; and what the tool in use does. */
(function (gezhi) {
  "use strict";

  /** Lines on a square of 20 by 20. */
  const ICONS = {
    pan: ["M5 3l11 6.2-5 1.3-2 5.1z"],
    paint: ["M12.2 3.2l4.6 4.6-6.3 6.3-4.6-4.6z", "M5.9 9.5c-2 .6-1.2 4.6-3.4 6.6 3 .9 6.900 .2 8-2"],
    pin: ["M10 17.500c-3.500-4.300-5.200-7-5.200-9.300a5.200 5.200 0 0 1 10.400 0c0 2.300-1.700 5-5.200 9.300z", "M10 6.300v3.800M8.100 8.200h3.800"],
    wall: ["M3 16.500L17 3.500", "M4.500 11.500l4 4M8 8.200l4 4M11.500 5l4 4"],
    undo: ["M4 8h8a4.500 4.500 0 0 1 0 9H8", "M7.500 4L3.500 8l4 4"],
    redo: ["M16 8H8a4.500 4.500 0 0 0 0 9h4", "M12.500 4l4 4-4 4"],
  };
  const TOOLS = ["pan", "paint", "pin", "wall"];
  const STEPS = ["undo", "redo"];

  class TerritoryBar {
    /** `part` has `use(tool)` and `step(what)`. */
    constructor(map, part) {
      this.part = part;
      this.buttons = {};
      this.control = L.control({ position: "topright" });
      this.control.onAdd = () => this.build();
      this.control.addTo(map);
      this.line = gezhi.element("div", "gz-panel gz-territory-hint");
      this.line.hidden = true;
      map.getContainer().append(this.line);
    }

    build() {
      this.box = gezhi.element("div", "gz-panel gz-select-bar gz-territory-bar leaflet-control", { role: "toolbar" });
      for (const name of [...TOOLS, ...STEPS]) {
        const button = gezhi.element("button", "gz-select-button", { type: "button" });
        button.dataset.territory = name;
        button.append(icon(ICONS[name]));
        button.addEventListener("click", () => (STEPS.includes(name) ? this.part.step(name) : this.part.use(name)));
        this.buttons[name] = button;
        this.box.append(button);
      }
      this.box.hidden = true;
      L.DomEvent.disableClickPropagation(this.box).disableScrollPropagation(this.box);
      return this.box;
    }

    setWords(words) {
      for (const [name, button] of Object.entries(this.buttons)) {
        button.setAttribute("aria-label", words[name]);
        button.title = words[name];
      }
      this.box.setAttribute("aria-label", words.tools);
    }

    /** Without a draft nothing is painted; without the right nothing is wished. */
    show(paints, wishes) {
      this.box.hidden = !paints && !wishes;
      for (const name of ["paint", ...STEPS]) this.buttons[name].hidden = !paints;
      for (const name of ["pin", "wall"]) this.buttons[name].hidden = !wishes;
    }

    set(tool, _brush, undo, redo) {
      for (const name of TOOLS) this.buttons[name].setAttribute("aria-pressed", String(name === tool));
      this.buttons.undo.disabled = !undo;
      this.buttons.redo.disabled = !redo;
    }

    /** What the tool does, at the foot of the map; of moving nothing needs to be said. */
    hint(text) {
      this.line.textContent = text;
      this.line.hidden = !text || this.part.tool === "pan";
    }

    remove() {
      this.line.remove();
      this.control.remove();
    }
  }

  function icon(lines) {
    const holder = document.createElement("template"); // only markup becomes SVG without naming its namespace
    const paths = lines.map((line) => `<path d="${line}"></path>`).join("");
    holder.innerHTML = `<svg viewBox="0 0 20 20" aria-hidden="true">${paths}</svg>`;
    return holder.content.firstChild;
  }

  gezhi.TerritoryBar = TerritoryBar;
})((window.gezhi = window.gezhi || {}));
