/* Outlines of single cells above the others: the one under the pointer and the selected one. */
(function (gezhi) {
  "use strict";

  gezhi.MarkCanvas = gezhi.CanvasLayer.extend({
    initialize(options) {
      gezhi.CanvasLayer.prototype.initialize.call(this, options);
      this.hovered = this.selected = null; // cells as text
    },

    setHovered(id) {
      if (id === this.hovered) return;
      this.hovered = id;
      this.redraw();
    },

    setSelected(id) {
      if (id === this.selected) return;
      this.selected = id;
      this.redraw();
    },

    draw(context, frame) {
      const style = getComputedStyle(this._map.getContainer());
      const ink = style.getPropertyValue("--gz-mark").trim() || "#111";
      const halo = style.getPropertyValue("--gz-mark-halo").trim() || "#fff";
      context.lineJoin = "round";
      if (this.hovered && this.hovered !== this.selected) {
        outline(context, frame, this.hovered, [[halo, 3.5], [ink, 1.5]]);
      }
      if (this.selected) outline(context, frame, this.selected, [[halo, 6], [ink, 3]]);
    },
  });

  function outline(context, { scale, left, top }, id, strokes) {
    context.beginPath();
    for (const [x, y] of gezhi.outlineOf(id)) context.lineTo(x * scale - left, y * scale - top);
    context.closePath();
    for (const [colour, width] of strokes) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    }
  }
})((window.gezhi = window.gezhi || {}));
