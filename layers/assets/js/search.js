/* The search box: a place by its name, a cell by its id; what is chosen is gone to and marked. */
(function (gezhi) {
  "use strict";

  const TYPING_MS = 120;
  const CLOSEST = 17;

  class Search {
    constructor(conductor) {
      this.conductor = conductor;
      this.map = conductor.map;
      this.request = new gezhi.Request(() => {});
      this.control = L.control({ position: "topleft" });
      this.control.onAdd = () => this.build();
      this.control.addTo(this.map);
      this.pin = null;
      this.onKey = (event) => this.lead(event);
      document.addEventListener("keydown", this.onKey);
    }

    build() {
      const box = gezhi.element("div", "gz-search", { role: "search" });
      this.button = gezhi.element("button", "gz-panel gz-search-button", { type: "button" });
      this.field = gezhi.element("div", "gz-panel gz-search-field");
      this.input = gezhi.element("input", "gz-search-input", {
        type: "search",
        autocomplete: "off",
        autocapitalize: "off",
        spellcheck: "false",
        enterkeyhint: "search",
        maxlength: "60",
      });
      this.choices = new gezhi.Options(this.input, (found) => this.choose(found));
      this.nothing = gezhi.element("p", "gz-search-nothing", { role: "status" });
      this.nothing.hidden = true;
      this.field.append(this.input, this.choices.list, this.nothing);
      box.append(this.button, this.field);
      L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
      this.button.addEventListener("click", () => this.open());
      // Between the first key of an input method and the chosen character nothing is meant yet.
      this.input.addEventListener("input", (event) => event.isComposing || this.typed());
      this.input.addEventListener("compositionend", () => this.typed());
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("focus", () => this.open());
      this.input.addEventListener("blur", () => this.rest());
      this.box = box;
      return box;
    }

    update(options) {
      this.options = options;
      const { search, search_hint: hint } = options.labels;
      this.button.setAttribute("aria-label", search);
      this.button.title = search;
      this.input.setAttribute("aria-label", search);
      this.input.placeholder = hint;
    }

    moved() {}

    remove() {
      clearTimeout(this.waiting);
      this.request.abort();
      document.removeEventListener("keydown", this.onKey);
      this.unmark();
      this.control.remove();
    }

    /** "/" leads into the box, from wherever nothing else is being typed. */
    lead(event) {
      const typing = /^(input|textarea|select)$/i.test(event.target.tagName) || event.target.isContentEditable;
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.input.focus();
    }

    key(event) {
      if (event.isComposing || this.choices.key(event)) return;
      if (event.key !== "Escape") return;
      event.stopPropagation();
      if (this.input.value) this.clear();
      else this.map.getContainer().focus();
    }

    clear() {
      this.input.value = "";
      this.typed();
    }

    open() {
      this.box.classList.add("gz-search-open");
      if (document.activeElement !== this.input) this.input.focus();
      this.choices.open(this.choices.items.length > 0);
    }

    /** Without the focus only what was typed stays; on a narrow map an empty box is a button again. */
    rest() {
      this.choices.open(false);
      this.nothing.hidden = true;
      this.box.classList.toggle("gz-search-open", Boolean(this.input.value));
    }

    typed() {
      clearTimeout(this.waiting);
      const text = this.input.value.trim();
      if (text) {
        this.waiting = setTimeout(() => this.ask(text), TYPING_MS);
        return;
      }
      this.request.abort();
      this.unmark();
      this.offer([]);
      this.nothing.hidden = true;
    }

    async ask(text) {
      const url = gezhi.address("search", "", { q: text, lang: this.options.locale });
      try {
        const result = await this.request.get(url, (response) => response.json());
        if (result) this.offer(result.answer.found, this.options.labels.search_nothing);
      } catch (error) {
        console.warn("search:", error);
        this.offer([], this.options.labels.search_failed);
      }
    }

    offer(found, otherwise) {
      this.choices.show(found, (one) => this.draw(one));
      this.nothing.hidden = found.length > 0 || !otherwise;
      this.nothing.textContent = otherwise || "";
      if (document.activeElement !== this.input) this.rest();
      if (otherwise) this.conductor.speak(found.length ? this.nameOf(found[0]) : otherwise);
    }

    draw(found) {
      const name = gezhi.element("span", "gz-option-name");
      name.textContent = this.nameOf(found);
      const about = gezhi.element("span", "gz-option-about");
      const kinds = { ...this.options.kinds, cell: this.options.labels.search_cell };
      const kind = kinds[found.kind] || (found.kind === "position" ? this.options.labels.search_position : "");
      about.textContent = [kind, ...found.within.slice(0, 2)].filter(Boolean).join(" · ");
      return [name, about];
    }

    nameOf(found) {
      return (this.options.locale === "en" && found.name_en) || found.name;
    }

    choose(found) {
      this.input.value = this.nameOf(found);
      const [west, south, east, north] = found.box;
      this.unmark();
      this.map.fitBounds(
        [
          [south, west],
          [north, east],
        ],
        { maxZoom: CLOSEST, padding: [48, 48] },
      );
      const cells = this.conductor.parts.get("cells");
      if (found.kind === "cell" && cells) cells.choose(found.name);
      else this.mark(found);
      if (matchMedia("(pointer: coarse)").matches) this.input.blur(); // the keyboard hides half the map
    }

    mark(found) {
      const style = getComputedStyle(this.map.getContainer());
      const name = gezhi.element("span", "gz-search-name");
      name.textContent = this.nameOf(found);
      this.pin = L.circleMarker([found.lat, found.lon], {
        pane: this.conductor.pane("found", 640),
        radius: 9,
        weight: 3,
        color: style.getPropertyValue("--gz-mark").trim(),
        fillColor: style.getPropertyValue("--gz-accent").trim(),
        fillOpacity: 0.9,
        interactive: false,
      })
        .bindTooltip(name, { permanent: true, direction: "top", offset: [0, -10], className: "gz-tip" })
        .addTo(this.map);
    }

    unmark() {
      if (this.pin) this.pin.remove();
      this.pin = null;
    }
  }

  gezhi.parts = { ...gezhi.parts, search: Search };
})((window.gezhi = window.gezhi || {}));
