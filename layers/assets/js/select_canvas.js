/* The selected cells: one outline around them, a faint veil over all the rest, and what is being drawn just now. */
(function (gezhi) {
  "use strict";

  gezhi.SelectionCanvas = gezhi.CanvasLayer.extend({
    initialize(options) {
      gezhi.CanvasLayer.prototype.initialize.call(this, options);
      this.loops = []; // of what is selected
      this.draft = null; // {loops, filled} of what is being drawn
    },

    setLoops(loops) {
      this.loops = loops;
      this.redraw();
    },

    setDraft(draft) {
      if (!draft && !this.draft) return;
      this.draft = draft;
      this.redraw();
    },

    draw(context, frame) {
      const style = getComputedStyle(this._map.getContainer());
      const colour = (name) => style.getPropertyValue(name).trim();
      context.lineJoin = "round";
      if (this.loops.length) {
        trace(context, frame, this.loops);
        stroke(context, [[colour("--gz-mark-halo"), 5], [colour("--gz-mark"), 2.25]]);
        context.rect(0, 0, frame.width, frame.height);
        context.fillStyle = colour("--gz-select-veil");
        context.fill("evenodd");
      }
      if (!this.draft) return;
      trace(context, frame, this.draft.loops);
      context.fillStyle = colour("--gz-select-fill");
      context.fill();
      context.setLineDash([6, 4]);
      stroke(context, [[colour("--gz-mark-halo"), 4], [colour("--gz-accent"), 2]]);
      context.setLineDash([]);
    },
  });

  function trace(context, { scale, left, top }, loops) {
    context.beginPath();
    for (const loop of loops) {
      loop.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](x * scale - left, y * scale - top));
      context.closePath();
    }
  }

  function stroke(context, strokes) {
    for (const [colour, width] of strokes) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    }
  }
})((window.gezhi = window.gezhi || {}));
