/* The base of the map: places under the cells, their names above. */
(function (gezhi) {
  "use strict";

  const MARGIN_PX = 200;
  const SLOW_MS = 300;

  class Base {
    constructor(conductor) {
      this.conductor = conductor;
      this.map = conductor.map;
      this.ground = new gezhi.PlaceCanvas({ pane: conductor.pane("places", 250) }).addTo(this.map);
      this.traces = new gezhi.TraceCanvas({ pane: conductor.pane("traces", 410) }).addTo(this.map);
      this.names = new gezhi.LabelCanvas({ pane: conductor.pane("names", 450) }).addTo(this.map);
      this.request = new gezhi.Request((slow) => conductor.notice.busy("base", slow));
      this.places = [];
      this.shown = null; // address of what is drawn
      this.complete = false; // the answer held every place: nothing more to ask
      this.tiles = null; // where the server has them, and as long as they can be read
      this.choice = new gezhi.BaseChoice(conductor, (name) => this.lie(name));
    }

    update(options) {
      const before = this.options;
      this.options = options;
      if (before && options.version !== before.version) this.complete = false;
      if (options.tiles !== (before ? before.tiles : "")) this.openTiles(options.tiles);
      if (options.answer) this.take(options.answer);
      else if (!before || options.theme !== before.theme || options.locale !== before.locale) this.draw();
      this.moved();
      this.choice.offer(options.online || [], options.labels, options.first);
    }

    /** On an online map only our names are written, above the cells; on none not even these. */
    lie(name) {
      for (const layer of [this.ground, this.traces]) layer.canvas.hidden = name !== "own";
      this.names.canvas.hidden = name === "none";
    }

    remove() {
      this.request.abort();
      this.choice.remove();
      this.ground.remove();
      this.traces.remove();
      this.names.remove();
      this.conductor.notice.clear("base");
    }

    openTiles(url) {
      this.request.abort();
      this.tiles = url ? new gezhi.Tiles(gezhi.root + url) : null;
      this.shown = this.asked = null;
      this.complete = false;
    }

    moved() {
      if (this.options.answer) return;
      if (this.tiles) {
        this.readTiles(this.tiles);
        return;
      }
      if (this.complete) return;
      const url = gezhi.address("places", this.options.query, {
        bbox: gezhi.projection.tileBox(this.map, MARGIN_PX).join(","),
        zoom: Math.round(this.map.getZoom()),
        v: this.options.version,
      });
      if (url !== this.shown && url !== this.request.url) this.fetch(url);
    }

    /** Show the tiles of the view; where that fails, ask for the places themselves. */
    async readTiles(tiles) {
      const slow = setTimeout(() => this.conductor.notice.busy("base", true), SLOW_MS);
      try {
        const wanted = await tiles.wanted(this.map, MARGIN_PX);
        const asked = wanted.map(({ z, x, y }) => `${z}/${x}/${y}`).join();
        if (tiles !== this.tiles || asked === this.asked) return;
        this.asked = asked;
        const places = await tiles.places(wanted);
        if (tiles !== this.tiles || asked !== this.asked) return;
        this.places = places;
        this.draw();
        this.map.getContainer().dataset.gezhiTiles = wanted.length;
      } catch (error) {
        if (tiles !== this.tiles) return;
        console.warn("tiles:", error);
        this.openTiles("");
        delete this.map.getContainer().dataset.gezhiTiles;
        this.moved();
      } finally {
        clearTimeout(slow);
        this.conductor.notice.busy("base", false);
      }
    }

    async fetch(url) {
      try {
        const result = await this.request.get(url, (response) => response.json());
        if (!result) return;
        this.shown = url;
        this.conductor.notice.clear("base");
        this.take(result.answer);
      } catch (error) {
        console.warn("places:", error);
        this.conductor.notice.say("base", this.options.labels.places_failed, () => {
          this.conductor.notice.clear("base");
          this.moved();
        });
      }
    }

    take(answer) {
      this.complete = answer.complete === true;
      this.places = answer.features.map(gezhi.place.read).filter(Boolean);
      this.draw();
    }

    draw() {
      const { theme, locale } = this.options;
      this.ground.setPlaces(this.places, theme);
      this.traces.setPlaces(this.places, theme);
      this.names.setPlaces(this.places, theme, locale);
      this.map.getContainer().dataset.gezhiPlaces = this.places.length;
    }
  }

  gezhi.parts = { ...gezhi.parts, base: Base };
})((window.gezhi = window.gezhi || {}));
