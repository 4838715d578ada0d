/* Hot spots on one canvas: hexagons in the colours of their classes, marks in them where there is room. */
(function (gezhi) {
  "use strict";

  /** From so wide on, a cell has room for a mark. */
  const MARK_FROM_PX = 13;
  const BESIDE_HIGHLIGHT = 0.16;

  gezhi.HotCanvas = gezhi.HexCanvas.extend({
    /** Show cells, and of each class its {mark, ink, framed}. */
    setHot(cells, colours, looks) {
      this.looks = looks;
      this.setCells(cells, colours);
    },

    setLooks(colours, looks) {
      this.looks = looks;
      this.setColours(colours);
    },

    draw(context, frame) {
      gezhi.HexCanvas.prototype.draw.call(this, context, frame);
      const begun = performance.now();
      const radius = this.radius();
      this.marked = this.keys.length > 0 && 2 * radius >= MARK_FROM_PX;
      if (this.marked) (this.looks || []).forEach((look, index) => this.drawMarks(context, frame, look, index, radius));
      this.drawMs += performance.now() - begun;
    },

    drawMarks(context, frame, { mark, ink, framed }, index, radius) {
      const offsets = this.groups[index] || [];
      if (!offsets.length) return;
      const places = [];
      this.eachMiddle(offsets, frame, (x, y) => places.push(x, y));
      const beside = this.highlighted !== null && this.highlighted !== index;
      context.globalAlpha = beside ? BESIDE_HIGHLIGHT : 1;
      if (framed) {
        const line = Math.max(gezhi.hotMarks.FRAME_LINE * radius, 1);
        this.fill(context, frame, { offsets, colour: ink, look: { size: gezhi.hotMarks.FRAME, line }, strength: context.globalAlpha });
        context.globalAlpha = beside ? BESIDE_HIGHLIGHT : 1;
      }
      gezhi.hotMarks.draw(context, mark, places, radius, ink);
      context.globalAlpha = 1;
    },

    /** How far the corners of a cell are from its middle, in pixels of the map as it is. */
    radius() {
      const map = this._map;
      const metres = gezhi.projection.metresPerPixel(map.getCenter().lat, map.getZoom());
      return this.resolution ? gezhi.metresAcross(this.resolution) / Math.sqrt(3) / metres : 0;
    },
  });
})((window.gezhi = window.gezhi || {}));
