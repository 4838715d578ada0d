/* The legend: classes with their ranges and cells, and what one cell is. A class that is pointed at stands out on
   the map; one that is pressed keeps doing so. The legend folds up, on a phone from the start. */
(function (gezhi) {
  "use strict";

  const NARROW_PX = 600;
  gezhi.Legend = L.Control.extend({
    options: { position: "bottomleft" },

    onAdd(map) {
      const box = L.DomUtil.create("div", "gz-panel gz-legend");
      this.button = gezhi.element("button", "gz-legend-title", { type: "button" });
      this.body = gezhi.element("div", "gz-legend-body");
      this.list = gezhi.element("ul", "gz-legend-classes", { role: "list" });
      this.note = gezhi.element("p", "gz-legend-note");
      this.head = gezhi.element("p", "gz-legend-head", { "aria-hidden": "true" });
      this.pin = gezhi.element("button", "gz-legend-pin", { type: "button" });
      this.pin.hidden = this.head.hidden = true;
      this.body.append(this.head, this.list, this.note, this.pin);
      box.append(this.button, this.body);
      this.button.addEventListener("click", () => this.fold(!this.folded));
      this.pin.addEventListener("click", () => this.onKeep(this.pin.getAttribute("aria-pressed") !== "true"));
      box.addEventListener("keydown", (event) => event.key === "Escape" && this.press(null));
      L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
      this.box = box;
      this.rows = [];
      this.pointed = this.focused = this.pressed = null; // keys of classes
      this.fold(map.getSize().x < NARROW_PX);
      this.hide();
      return box;
    },

    /** What the owner does when another class is to stand out (null for none), and when classes are to be kept. */
    onHighlight() {},
    onKeep() {},

    fold(folded) {
      this.folded = folded;
      this.body.hidden = folded;
      this.button.setAttribute("aria-expanded", String(!folded));
    },

    hide() {
      this.box.hidden = true;
    },

    /** Swatches are as clear as the hexagons. */
    setOpacity(opacity) {
      this.box.style.setProperty("--gz-opacity", opacity);
    },

    /**
     * Show classes and what else there is to say.
     *
     * `rows` are {key, text, colour, look ("", "missing" or "few"), cells}: without a key a row is a remark and
     * cannot stand out; `cells` says how many there are, null says nothing. `keep` is null (classes cannot be
     * kept), false or true.
     */
    show({ title, rows, notes, keep, words, number }) {
      this.box.hidden = false;
      this.button.textContent = title;
      this.list.setAttribute("aria-label", title);
      while (this.rows.length > rows.length) this.rows.pop().item.remove();
      while (this.rows.length < rows.length) this.addRow();
      rows.forEach((row, i) => this.fillRow(this.rows[i], row, words, number));
      if (!rows.some(({ key }) => key === this.pressed)) this.press(null);
      this.head.textContent = words.cells_head;
      this.head.hidden = rows.every(({ cells }) => cells === null);
      this.note.textContent = notes.filter(Boolean).join("\n");
      this.setKeep(keep, words);
    },

    setKeep(keep, words) {
      this.pin.hidden = keep === null;
      this.pin.setAttribute("aria-pressed", String(Boolean(keep)));
      this.pin.textContent = keep ? words.kept_classes : words.keep_classes;
      this.pin.title = words.keep_classes_help;
    },

    addRow() {
      const item = gezhi.element("li", "gz-legend-class");
      const button = gezhi.element("button", "gz-legend-row", { type: "button" });
      const swatch = gezhi.element("span", "gz-swatch", { "aria-hidden": "true" });
      const text = gezhi.element("span", "gz-legend-range");
      const cells = gezhi.element("span", "gz-legend-cells");
      button.append(swatch, text, cells);
      item.append(button);
      this.list.append(item);
      const row = { item, button, swatch, text, cells, key: null };
      // A finger has no way to point: it presses.
      button.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && this.point(row.key));
      button.addEventListener("pointerleave", () => this.point(null));
      button.addEventListener("focus", () => button.matches(":focus-visible") && this.focus(row.key));
      button.addEventListener("blur", () => this.focus(null));
      button.addEventListener("click", () => this.press(this.pressed === row.key ? null : row.key));
      this.rows.push(row);
    },

    fillRow(row, { key, text, colour, look, cells }, words, number) {
      const says = cells === null ? text : `${text}: ${gezhi.fill(words.cells_in_view, { n: number(cells) })}`;
      row.key = key === undefined ? null : key;
      row.button.disabled = row.key === null;
      row.button.setAttribute("aria-label", says);
      row.button.setAttribute("aria-pressed", String(row.key !== null && row.key === this.pressed));
      row.swatch.className = `gz-swatch${look ? ` gz-swatch-${look}` : ""}`;
      row.swatch.style.setProperty("--gz-colour", colour);
      row.text.textContent = text;
      row.cells.textContent = cells === null ? "" : number(cells);
      row.cells.title = cells === null ? "" : gezhi.fill(words.cells_in_view, { n: number(cells) });
    },

    point(key) {
      this.pointed = key;
      this.tell();
    },

    focus(key) {
      this.focused = key;
      this.tell();
    },

    press(key) {
      this.pressed = key;
      for (const row of this.rows) {
        row.button.setAttribute("aria-pressed", String(row.key !== null && row.key === key));
      }
      this.tell();
    },

    tell() {
      const key = [this.pointed, this.focused, this.pressed].find((one) => one !== null);
      this.onHighlight(key === undefined ? null : key);
    },
  });
})((window.gezhi = window.gezhi || {}));
