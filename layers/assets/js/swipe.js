/* The cells of another period beside those of the map, in the same classes: left of a line the earlier ones. */
(function (gezhi) {
  "use strict";

  const STALE_OPACITY = 0.25;

  class Swipe {
    /** `hexes` are the map's own cells: what is right of the line is theirs. */
    constructor(conductor, hexes) {
      this.conductor = conductor;
      this.map = conductor.map;
      const pane = conductor.pane("cells-before", 401);
      this.hexes = new gezhi.HexCanvas({ pane }).addTo(this.map);
      this.divider = new gezhi.Divider(this.map, this.map.getPane(pane), this.map.getPane("gz-cells"));
      this.own = hexes;
      this.hexes.clip = () => this.divider.box("left"); // for pictures of the map
      hexes.clip = () => this.divider.box("right");
      this.request = new gezhi.Request((slow) => this.wait(slow));
      this.shown = null; // {url, cells}: the other period
      this.drawn = null; // what of it is on the canvas
    }

    /** Get the cells of the other days for the same view, unless they are here or on their way. */
    refresh(url) {
      this.url = url;
      if (this.shown && this.shown.url === url) {
        this.request.abort();
        this.hexes.place();
      } else if (this.request.url !== url) {
        this.fetch(url);
      }
    }

    async fetch(url) {
      const { notice } = this.conductor;
      try {
        const result = await this.request.get(url, async (response) => gezhi.wire.decode(await response.arrayBuffer()));
        if (!result) return;
        notice.clear("swipe");
        this.shown = { url, cells: result.answer };
        this.draw();
      } catch (error) {
        console.warn("swipe:", error);
        this.shown = this.drawn = null;
        this.hexes.clear();
        notice.say("swipe", this.words.failed, () => {
          notice.clear("swipe");
          this.fetch(this.url);
        });
      }
    }

    wait(slow) {
      this.conductor.notice.busy("swipe", slow);
      this.stale = slow && Boolean(this.shown);
      this.fade();
    }

    /** Draw in the classes and colours of the map's own cells. */
    colour(edges, colours) {
      this.edges = edges;
      this.colours = colours;
      this.drawn = null;
      this.draw();
    }

    draw() {
      if (!this.shown || !this.edges || this.drawn === this.shown) return;
      const { keys, values, n, meta } = this.shown.cells;
      const { edges } = this;
      this.hexes.setCells({ resolution: meta.resolution, keys, values, n, edges, few: meta.few }, this.colours);
      this.drawn = this.shown;
      this.stale = false;
      this.fade();
      this.map.getContainer().dataset.gezhiSwipe = keys.length;
    }

    /** What the two sides are called; `words` are the map's. */
    label(before, now, words) {
      this.words = words;
      this.divider.label(before, now, words.swipe);
    }

    setOpacity(opacity) {
      this.opacity = opacity;
      this.fade();
    }

    fade() {
      this.hexes.canvas.style.opacity = this.stale ? STALE_OPACITY : this.opacity;
    }

    remove() {
      this.request.abort();
      this.conductor.notice.clear("swipe");
      this.divider.remove();
      delete this.own.clip;
      this.hexes.remove();
      delete this.map.getContainer().dataset.gezhiSwipe;
    }
  }

  gezhi.Swipe = Swipe;
})((window.gezhi = window.gezhi || {}));
