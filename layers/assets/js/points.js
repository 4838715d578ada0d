/* Single reports as dots on one canvas: filled while something is left to do, a ring when it is done. */
(function (gezhi) {
  "use strict";

  const { worldX, worldY } = gezhi.projection;

  gezhi.PointCanvas = gezhi.CanvasLayer.extend({
    initialize(options) {
      gezhi.CanvasLayer.prototype.initialize.call(this, options);
      this.points = [];
      this.chosen = null;
    },

    /** Points are {id, lon, lat, done, …}; what is left to do is drawn last, above what is done. */
    setPoints(points) {
      this.points = points
        .map((point) => ({ ...point, x: worldX(point.lon), y: worldY(point.lat) }))
        .sort((a, b) => b.done - a.done);
      this.redraw();
    },

    setChosen(id) {
      this.chosen = id;
      this.redraw();
    },

    /** The points within some pixels of a place on the map, the nearest first. */
    near(latlng, withinPx) {
      const { scale } = this.frame();
      const x = worldX(latlng.lng);
      const y = worldY(latlng.lat);
      return this.points
        .map((point) => ({ point, away: Math.hypot(point.x - x, point.y - y) * scale }))
        .filter(({ away }) => away <= withinPx)
        .sort((a, b) => a.away - b.away)
        .map(({ point }) => point);
    },

    draw(context, frame) {
      const style = getComputedStyle(this._map.getContainer());
      const ink = style.getPropertyValue("--gz-mark").trim();
      const halo = style.getPropertyValue("--gz-mark-halo").trim();
      const accent = style.getPropertyValue("--gz-accent").trim();
      const quiet = style.getPropertyValue("--gz-quiet").trim();
      const large = frame.zoom < 17 ? 2.6 : frame.zoom < 18 ? 3.6 : 5.5;
      for (const point of this.points) {
        const x = point.x * frame.scale - frame.left;
        const y = point.y * frame.scale - frame.top;
        if (x < -20 || y < -20 || x > frame.width + 20 || y > frame.height + 20) continue;
        const chosen = point.id === this.chosen;
        const radius = point.done ? large * 0.75 : large;
        context.beginPath();
        context.arc(x, y, chosen ? radius + 2 : radius, 0, 2 * Math.PI);
        context.lineWidth = frame.zoom < 17 ? 2 : 3;
        context.strokeStyle = halo;
        if (!point.done || chosen) context.stroke();
        context.fillStyle = chosen ? accent : point.done ? halo : ink;
        context.fill();
        if (!point.done || chosen) continue;
        context.lineWidth = 1;
        context.strokeStyle = quiet;
        context.stroke();
      }
    },
  });
})((window.gezhi = window.gezhi || {}));
