/* Clusters of reports and reports that are alone, on one canvas; above them the legs of one that is spread out. */
(function (gezhi) {
  "use strict";

  const { worldX, worldY } = gezhi.projection;
  const { radiusOf, drawGroup, drawSingle, disc } = gezhi.clusterShapes;
  const OFF_CANVAS_PX = 40;

  gezhi.ClusterCanvas = gezhi.CanvasLayer.extend({
    initialize(options) {
      gezhi.CanvasLayer.prototype.initialize.call(this, options);
      this.clusters = [];
      this.chosen = null; // the id of a report
      this.spread = null; // {x, y, legs, more}: see `spider.js`
      this.drawMs = 0;
    },

    /** Without `moveend`: whoever fetches decides whether the old clusters are worth drawing once more. */
    getEvents() {
      const { moveend, ...others } = gezhi.CanvasLayer.prototype.getEvents.call(this);
      return others;
    },

    /** Show these clusters (`point_wire.js`); what is left to do above what is done, the largest on top. */
    setClusters(clusters, done) {
      this.done = done;
      this.clusters = clusters
        .map((cluster) => ({ ...cluster, done: cluster.n === 1 && done.has(cluster.status) }))
        .sort((a, b) => a.n - b.n || b.done - a.done);
      this.place();
    },

    /** Colours of the kinds, the one of all others last; how numbers are written. */
    setLook(colours, number) {
      this.colours = colours;
      this.number = number;
      this.redraw();
    },

    setChosen(id) {
      this.chosen = id;
      this.redraw();
    },

    setSpread(spread) {
      this.spread = spread;
      this.redraw();
    },

    /** The clusters under a place on the map, the nearest first; those of one report within some pixels. */
    near(latlng, withinPx) {
      const { scale } = this.frame();
      const x = worldX(latlng.lng);
      const y = worldY(latlng.lat);
      return this.clusters
        .map((cluster) => ({ cluster, away: Math.hypot(cluster.x - x, cluster.y - y) * scale }))
        .filter(({ cluster, away }) => away <= (cluster.n > 1 ? Math.max(radiusOf(cluster.n), withinPx) : withinPx))
        .sort((a, b) => a.away - b.away)
        .map(({ cluster }) => cluster);
    },

    /** The leg under a place on the map: {report} or {more}; null where there is none. */
    legNear(latlng, withinPx) {
      if (!this.spread) return null;
      const { scale } = this.frame();
      const x = (worldX(latlng.lng) - this.spread.x) * scale;
      const y = (worldY(latlng.lat) - this.spread.y) * scale;
      const away = (leg) => Math.hypot(leg.x - x, leg.y - y);
      const nearest = this.spread.legs.reduce((a, b) => (a && away(a) <= away(b) ? a : b), null);
      return nearest && away(nearest) <= withinPx ? nearest : null;
    },

    draw(context, frame) {
      const begun = performance.now();
      const brush = this.brush(context);
      const large = frame.zoom < 16 ? 4 : frame.zoom < 18 ? 5 : 6;
      for (const cluster of this.clusters) {
        const x = cluster.x * frame.scale - frame.left;
        const y = cluster.y * frame.scale - frame.top;
        if (x < -OFF_CANVAS_PX || x > frame.width + OFF_CANVAS_PX) continue;
        if (y < -OFF_CANVAS_PX || y > frame.height + OFF_CANVAS_PX) continue;
        if (cluster.n > 1) drawGroup(brush, x, y, cluster, false);
        else this.drawOne(brush, x, y, cluster, large);
      }
      if (this.spread) this.drawSpread(brush, frame);
      this.drawMs = performance.now() - begun;
    },

    drawOne(brush, x, y, report, large) {
      const kind = report.kinds.indexOf(1);
      drawSingle(brush, x, y, { ...report, kind }, large, report.id === this.chosen);
    },

    drawSpread(brush, { scale, left, top }) {
      const { context, halo, ink, ground, quiet } = brush;
      const x = this.spread.x * scale - left;
      const y = this.spread.y * scale - top;
      const reach = Math.max(...this.spread.legs.map((leg) => Math.hypot(leg.x, leg.y)));
      context.globalAlpha = 0.82;
      disc(context, x, y, reach + 16, ground);
      context.globalAlpha = 1;
      context.strokeStyle = quiet;
      context.lineWidth = 1;
      context.beginPath();
      for (const leg of this.spread.legs) {
        context.moveTo(x, y);
        context.lineTo(x + leg.x, y + leg.y);
      }
      context.stroke();
      disc(context, x, y, 3, ink);
      for (const leg of this.spread.legs) {
        if (leg.report) {
          this.drawOne(brush, x + leg.x, y + leg.y, { ...leg.report, done: this.done.has(leg.report.status) }, 6.5);
          continue;
        }
        disc(context, x + leg.x, y + leg.y, 15, halo);
        disc(context, x + leg.x, y + leg.y, 13.5, ground);
        context.fillStyle = ink;
        context.font = "600 11px system-ui, sans-serif";
        context.fillText(`+${this.number(leg.more)}`, x + leg.x, y + leg.y + 0.5);
      }
    },

    brush(context) {
      const style = getComputedStyle(this._map.getContainer());
      const read = (name) => style.getPropertyValue(name).trim();
      context.textAlign = "center";
      context.textBaseline = "middle";
      return {
        context,
        colours: this.colours || [],
        number: this.number || String,
        ink: read("--gz-mark"),
        halo: read("--gz-mark-halo"),
        ground: read("--gz-solid"),
        quiet: read("--gz-line"),
        accent: read("--gz-accent"),
      };
    },
  });
})((window.gezhi = window.gezhi || {}));
