/* Strokes over the map, by mouse, pen or one finger: where they begin, go and end; and a finger that rests. */
(function (gezhi) {
  "use strict";

  const { worldX, worldY } = gezhi.projection;
  const CLICK_PX = 4;
  const SAME_PX = 3;
  const HOLD_PX = 10;
  const HOLD_MS = 550;
  const NOT_THE_MAP = ".leaflet-control, .leaflet-popup, .gz-panel";

  class Strokes {
    /**
     * `listener` has: `toolFor(event)`, what a stroke that begins so would draw, or null; `draw(stroke)` for each
     * step, `finish(stroke)`, `cancel()`; and `hold(latlng)` for a finger that rests where no tool is in use.
     * A stroke is {tool, event, points}: the event that it began with, and its places in world coordinates.
     */
    constructor(map, listener) {
      this.map = map;
      this.listener = listener;
      this.stroke = null;
      this.fingers = new Set();
      this.ends = new AbortController();
      const container = map.getContainer();
      const on = (target, name, act, capture) =>
        target.addEventListener(name, act, { capture, signal: this.ends.signal });
      on(container, "pointerdown", (event) => this.down(event), true);
      on(document, "pointermove", (event) => this.move(event), true);
      on(document, "pointerup", (event) => this.up(event), true);
      on(document, "pointercancel", (event) => this.up(event, true), true);
      on(container, "mousedown", (event) => this.hold(event), true);
      on(container, "click", (event) => this.swallow(event), true);
      on(container, "contextmenu", (event) => this.fingers.size && event.preventDefault(), true);
    }

    remove() {
      this.cancel();
      this.ends.abort();
    }

    down(event) {
      if (event.pointerType === "touch") this.fingers.add(event.pointerId);
      this.drew = false;
      if (this.fingers.size > 1) {
        this.cancel(); // two fingers move and zoom the map
        return;
      }
      if (event.button !== 0 || event.target.closest(NOT_THE_MAP)) return;
      const tool = this.listener.toolFor(event);
      this.from = this.map.mouseEventToContainerPoint(event);
      if (tool) this.stroke = { tool, event, points: [this.place(this.from)], drawn: false };
      else if (event.pointerType === "touch") this.wait(event);
    }

    /** Leaflet would move the map from here on, the browser select its texts: not while something is drawn. */
    hold(event) {
      if (!this.stroke) return;
      event.stopPropagation();
      event.preventDefault();
      this.map.getContainer().focus({ preventScroll: true });
    }

    /** A finger that rests is a click of its own kind. */
    wait(event) {
      const { pointerId } = event;
      const latlng = this.map.containerPointToLatLng(this.from);
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => {
        if (!this.fingers.has(pointerId)) return;
        this.drew = true;
        this.listener.hold(latlng);
      }, HOLD_MS);
    }

    move(event) {
      if (!this.from) return;
      const at = this.map.mouseEventToContainerPoint(event);
      if (at.distanceTo(this.from) > HOLD_PX) clearTimeout(this.waiting);
      const stroke = this.stroke;
      if (!stroke || event.pointerId !== stroke.event.pointerId) return;
      if (!stroke.drawn && at.distanceTo(this.from) <= CLICK_PX) return;
      if (stroke.drawn && at.distanceTo(this.last) < SAME_PX) return;
      stroke.drawn = true;
      this.last = at;
      stroke.points.push(this.place(at));
      this.listener.draw(stroke, at);
    }

    up(event, cancelled = false) {
      this.fingers.delete(event.pointerId);
      clearTimeout(this.waiting);
      const stroke = this.stroke;
      if (!stroke || event.pointerId !== stroke.event.pointerId) return;
      if (cancelled || !stroke.drawn) {
        this.cancel();
        return;
      }
      this.stroke = null;
      this.drew = true;
      this.listener.finish(stroke);
    }

    cancel() {
      clearTimeout(this.waiting);
      if (!this.stroke) return;
      this.stroke = null;
      this.listener.cancel();
    }

    /** The click that ends a stroke is not one. */
    swallow(event) {
      if (!this.drew || event.target.closest(NOT_THE_MAP)) return;
      this.drew = false;
      event.stopPropagation();
    }

    place(point) {
      const { lat, lng } = this.map.containerPointToLatLng(point);
      return [worldX(lng), worldY(lat)];
    }
  }

  gezhi.Strokes = Strokes;
})((window.gezhi = window.gezhi || {}));
