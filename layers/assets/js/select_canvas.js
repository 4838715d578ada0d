/* The selected cells: one outline around them, a faint veil over all the rest, and what is being drawn just now. */
(function (gezhi) {
  "use strict";

  /** One path of thousands of loops takes many times as long as paths of some. */
  const LOOPS_PER_PATH = 25;

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
        const parts = portions(this.loops);
        veil(context, frame, parts, colour("--gz-select-veil"));
        for (const line of [[colour("--gz-mark-halo"), 5], [colour("--gz-mark"), 2.25]]) {
          for (const loops of parts) {
            trace(context, frame, loops);
            stroke(context, [line]);
          }
        }
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

  function portions(loops) {
    const parts = [];
    for (let i = 0; i < loops.length; i += LOOPS_PER_PATH) parts.push(loops.slice(i, i + LOOPS_PER_PATH));
    return parts;
  }

  /** Cover all but the selection. Each loop turns what lies within it: uncovered, a hole covered again, and so on. */
  function veil(context, { width, height, ...frame }, parts, colour) {
    context.fillStyle = "#000";
    context.fillRect(0, 0, width, height);
    context.globalCompositeOperation = "xor";
    for (const loops of parts) {
      trace(context, frame, loops);
      context.fill("evenodd");
    }
    context.globalCompositeOperation = "source-in";
    context.fillStyle = colour;
    context.fillRect(0, 0, width, height);
    context.globalCompositeOperation = "source-over";
  }

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
