/* Runs in every frame of a page under measurement: when was it clicked, when did a canvas last change? */
(() => {
  "use strict";

  const SIDE = 96; // the canvas is sampled at 96 x 96 places
  const watch = { released: null, changes: [], frames: 0, received: 0 };
  window.__watch = watch;

  const now = () => performance.timeOrigin + performance.now();
  for (const kind of ["click", "pointerup"]) {
    addEventListener(kind, (event) => (watch.released = performance.timeOrigin + event.timeStamp), true);
  }

  window.WebSocket = class extends WebSocket {
    constructor(...how) {
      super(...how);
      this.addEventListener("message", ({ data }) => (watch.received += data.size ?? data.byteLength ?? data.length));
    }
  };

  // A WebGL picture can be read after its frame only where it is kept.
  const getContext = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, options) {
    return getContext.call(this, kind, kind.startsWith("webgl") ? { ...options, preserveDrawingBuffer: true } : options);
  };

  const probe = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true });
  probe.imageSmoothingEnabled = false;

  /** Reading the pixels back waits until they have been drawn. */
  function fingerprint(canvas) {
    probe.clearRect(0, 0, SIDE, SIDE);
    if (canvas && canvas.width) probe.drawImage(canvas, 0, 0, SIDE, SIDE);
    let hash = 2166136261;
    for (const pixel of new Uint32Array(probe.getImageData(0, 0, SIDE, SIDE).data.buffer)) {
      hash = Math.imul(hash ^ pixel, 16777619);
    }
    return hash;
  }

  const blank = fingerprint(null);

  /** Note from now on, after every frame, whether the canvas looks different. */
  watch.start = (selector) => {
    watch.last = fingerprint(document.querySelector(selector));
    watch.changes = [];
    watch.frames = 0;
    const turn = (watch.turn = {});
    const check = () => {
      if (watch.turn !== turn) return;
      const print = fingerprint(document.querySelector(selector));
      watch.frames += 1;
      if (print !== watch.last) {
        watch.changes.push(now());
        watch.frames = 0;
      }
      watch.last = print;
      requestAnimationFrame(() => setTimeout(check, 0));
    };
    check();
  };

  watch.stop = () => (watch.turn = null);

  watch.shows = () => watch.last !== blank;

  /** When the last of the changes was on the screen; null while the picture is not yet the same for long. */
  watch.settled = (frames) => (watch.changes.length && watch.frames >= frames ? watch.changes.at(-1) : null);
})();
