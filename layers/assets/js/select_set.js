/* Sets of cells of one resolution, and the short text for them that geo/cell_sets.py reads and writes too. */
(function (gezhi) {
  "use strict";

  const DIGIT_BITS = 3;
  const FINEST = 15;
  const BASE_CELLS = 122;

  /** What unused digits take in a cell's key (js/wire.js); without them a key is the cell's path. */
  function unusedOf(resolution) {
    return 2 ** (DIGIT_BITS * (FINEST - resolution));
  }

  class CellSet {
    /** Cells by their keys (js/wire.js); the resolution of an empty set means nothing. */
    constructor(resolution = 0, keys = []) {
      this.resolution = resolution;
      this.members = new Set(keys);
      this.keys = Float64Array.from(this.members).sort();
    }

    get size() {
      return this.keys.length;
    }

    has(key) {
      return this.members.has(key);
    }

    with(keys) {
      return new CellSet(this.resolution, [...this.keys, ...keys]);
    }

    without(keys) {
      const dropped = new Set(keys);
      return new CellSet(
        this.resolution,
        this.keys.filter((key) => !dropped.has(key)),
      );
    }

    /** The cells as h3-js takes them without parsing text. */
    words() {
      return Array.from(this.keys, (key) => gezhi.wire.toWords(key, this.resolution));
    }

    /** The text of the set; that of the empty one is empty. */
    get text() {
      if (!this.size) return "";
      const unused = unusedOf(this.resolution);
      const bytes = [];
      let before = 0;
      for (const key of this.keys) {
        const path = Math.floor(key / unused);
        let step = path - before;
        before = path;
        while (step >= 128) {
          bytes.push(128 + (step % 128));
          step = Math.floor(step / 128);
        }
        bytes.push(step);
      }
      const letters = btoa(String.fromCharCode(...bytes));
      return `${this.resolution}~${letters.replace(/\+/g, "-").replace(/[/]/g, "_").replace(/=+$/, "")}`;
    }

    /** Read a text; Error where it is none. */
    static read(text) {
      if (!text) return new CellSet();
      const [, digits, letters] = /^(\d{1,2})~([\w-]+)$/.exec(text) || [];
      const resolution = Number(digits);
      if (letters === undefined || resolution > FINEST) throw new Error("no set of cells");
      const bytes = Uint8Array.from(atob(letters.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
      const unused = unusedOf(resolution);
      const keys = [];
      for (let at = 0, path = 0; at < bytes.length; ) {
        let place = 1;
        for (; bytes[at] >= 128; place *= 128) path += (bytes[at++] - 128) * place;
        if (at >= bytes.length) throw new Error("a set of cells was cut off");
        path += bytes[at++] * place;
        keys.push(path * unused + unused - 1);
      }
      if (keys.some((key) => key >= BASE_CELLS * 2 ** (DIGIT_BITS * FINEST))) throw new Error("no set of cells");
      return new CellSet(resolution, keys);
    }
  }

  gezhi.CellSet = CellSet;
})((window.gezhi = window.gezhi || {}));
