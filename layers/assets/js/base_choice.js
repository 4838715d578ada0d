/* What lies under the cells: our own streets, an online map, a satellite map, or nothing. Only where one is set. */
(function (gezhi) {
  "use strict";

  const OWN = "own";
  const NONE = "none";
  const NAME = "base";

  /** A button that opens a list of choices. */
  const Choice = L.Control.extend({
    options: { position: "topright" },

    initialize(names, words, onChoose) {
      this.names = names;
      this.words = words;
      this.onChoose = onChoose;
    },

    onAdd() {
      const box = gezhi.element("div", "gz-panel gz-base");
      const { base } = this.words;
      this.button = gezhi.element("button", "gz-base-button", { type: "button", "aria-label": base, title: base });
      this.list = gezhi.element("fieldset", "gz-base-list");
      const legend = gezhi.element("legend", "gz-base-title");
      legend.textContent = base;
      this.list.append(legend, ...this.names.map((name) => this.option(name)));
      box.append(this.button, this.list);
      this.button.addEventListener("click", () => this.open(this.list.hidden));
      box.addEventListener("keydown", (event) => event.key === "Escape" && this.close(event));
      L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
      this.open(false);
      return box;
    },

    option(name) {
      const label = gezhi.element("label", "gz-base-option");
      const input = gezhi.element("input", "", { type: "radio", name: "gz-base", value: name });
      input.addEventListener("change", () => this.onChoose(name));
      label.append(input, this.words[`base_${name}`]);
      return label;
    },

    open(opened) {
      this.list.hidden = !opened;
      this.button.setAttribute("aria-expanded", String(opened));
    },

    close(event) {
      event.stopPropagation();
      this.open(false);
      this.button.focus();
    },

    mark(name) {
      for (const input of this.list.querySelectorAll("input")) input.checked = input.value === name;
    },
  });

  class BaseChoice {
    /** `onShow(name)` is called with what lies under the cells from now on. */
    constructor(conductor, onShow) {
      this.conductor = conductor;
      this.map = conductor.map;
      this.onShow = onShow;
      this.services = [];
      this.shown = OWN;
      this.raster = this.control = null;
    }

    /** Offer these online maps beside our own, and begin with the one that the address names. */
    offer(services, labels, first) {
      const offered = JSON.stringify([services, labels]);
      if (offered === this.offered) return;
      this.offered = offered;
      this.services = services;
      this.labels = labels;
      if (this.control) this.control.remove();
      this.control = null;
      if (services.length) {
        const names = [OWN, ...services.map(({ name }) => name), NONE];
        this.control = new Choice(names, labels, (name) => this.choose(name)).addTo(this.map);
        const asked = this.conductor.address.parameter(NAME);
        if (names.includes(asked)) this.conductor.address.keep(NAME, asked === OWN ? "" : asked);
        this.show([asked, first].find((name) => names.includes(name)) || OWN);
      } else if (this.shown !== OWN) {
        this.show(OWN);
      }
    }

    /** Somebody chose: the address says so from now on. */
    choose(name) {
      this.conductor.address.keep(NAME, name === OWN ? "" : name);
      this.show(name);
    }

    show(name) {
      this.conductor.notice.clear("raster");
      this.shown = name;
      if (this.raster) this.raster.remove();
      const service = this.services.find((one) => one.name === name);
      this.raster = service ? this.lay(service) : null;
      this.conductor.credit(service ? service.attribution : "");
      this.map.getContainer().dataset.gezhiBase = name;
      if (this.control) this.control.mark(name);
      this.onShow(name);
    }

    lay(service) {
      const pane = this.conductor.pane("raster", 200);
      this.map.getPane(pane).classList.toggle("gz-raster-streets", service.name === "online");
      const raster = new gezhi.RasterTiles(service, pane);
      raster.on("gezhi:lost", () => this.lose(service.name));
      return raster.addTo(this.map);
    }

    /** The online map does not answer: ours is there. The address keeps the choice for the next time. */
    lose(name) {
      this.show(OWN);
      this.conductor.notice.say("raster", this.labels.base_lost, () => this.show(name));
    }

    remove() {
      if (this.raster) this.raster.remove();
      if (this.control) this.control.remove();
      this.conductor.notice.clear("raster");
      this.conductor.credit("");
    }
  }

  gezhi.BaseChoice = BaseChoice;
})((window.gezhi = window.gezhi || {}));
