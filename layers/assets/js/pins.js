/* The single reports of a map: from close up, what to fetch, and what a click on one means. */
(function (gezhi) {
  "use strict";

  const MARGIN_PX = 32;
  const NOTHING = { columns: [], rows: [], names: {}, truncated: false };
  const HIT_PX = window.matchMedia("(pointer: coarse)").matches ? 18 : 9;

  class Pins {
    constructor(conductor) {
      this.conductor = conductor;
      this.map = conductor.map;
      this.canvas = new gezhi.PointCanvas({ pane: conductor.pane("points", 440) }).addTo(this.map);
      this.request = new gezhi.Request((slow) => conductor.notice.busy("points", slow));
      this.popup = new gezhi.ReportPopup(
        this.map,
        (id) => this.load(id),
        (id) => this.canvas.setChosen(id),
      );
      this.shown = null; // {url, query} of what is drawn
    }

    update(options) {
      const before = this.options;
      this.options = options;
      if (before && (before.query !== options.query || before.version !== options.version)) this.popup.close();
      this.moved();
    }

    remove() {
      this.request.abort();
      this.popup.close();
      this.canvas.remove();
      this.conductor.notice.clear("points");
    }

    /** Whether single reports are shown at this zoom. */
    inUse() {
      return this.map.getZoom() >= this.options.fromZoom;
    }

    moved() {
      if (!this.inUse()) {
        this.request.abort();
        this.shown = null;
        this.popup.close();
        this.conductor.notice.clear("points");
        this.take(NOTHING);
        return;
      }
      if (this.options.answer) {
        this.take(this.options.answer);
        return;
      }
      const url = gezhi.address("points", this.options.query, {
        bbox: gezhi.projection.tileBox(this.map, MARGIN_PX).join(","),
        zoom: this.map.getZoom(),
        v: this.options.version,
      });
      if (this.shown && this.shown.url === url) this.request.abort();
      else if (this.request.url !== url) this.fetch(url);
    }

    async fetch(url) {
      const query = this.options.query;
      if (this.shown && this.shown.query !== query) this.take(NOTHING);
      try {
        const result = await this.request.get(url, (response) => response.json());
        if (!result) return;
        this.shown = { url, query };
        this.conductor.notice.clear("points");
        this.take(result.answer);
      } catch (error) {
        console.warn("points:", error);
        this.shown = null;
        this.take(NOTHING);
        this.conductor.notice.say("points", this.options.labels.points_failed, () => {
          this.conductor.notice.clear("points");
          this.moved();
        });
      }
    }

    take({ columns, rows, names, truncated }) {
      const done = new Set(this.options.done);
      this.names = names;
      this.canvas.setPoints(
        rows.map((row) => {
          const point = Object.fromEntries(columns.map((column, i) => [column, row[i]]));
          return { ...point, done: done.has(point.status) };
        }),
      );
      if (truncated) this.conductor.notice.say("points", this.options.labels.points_truncated);
      this.map.getContainer().dataset.gezhiPoints = rows.length;
    }

    async load(id) {
      if (this.options.reports) return this.options.reports[id] || {};
      const response = await fetch(gezhi.address(`reports/${encodeURIComponent(id)}`, "", {}), {
        credentials: "same-origin",
      });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return response.json();
    }

    /** Open the reports under a click; false where there are none. */
    click(event) {
      const hit = this.inUse() ? this.canvas.near(event.latlng, HIT_PX) : [];
      if (!hit.length) return false;
      this.popup.open(hit, { ...this.options, names: this.names });
      return true;
    }

    hover(event) {
      const over = Boolean(event && this.inUse() && this.canvas.near(event.latlng, HIT_PX).length);
      this.map.getContainer().classList.toggle("gz-over-point", over);
      return over;
    }

    themed() {
      this.canvas.redraw();
    }
  }

  gezhi.parts = { ...gezhi.parts, points: Pins };
})((window.gezhi = window.gezhi || {}));
