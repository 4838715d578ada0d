/* Decode what layers/wire.py packs: cells as differences, counts or figures, and meta data. */
(function (gezhi) {
  "use strict";

  const COUNTS = "GZC1";
  const FIGURES = "GZC2";
  const HEADER_BYTES = 16;
  const DIGIT_BITS = 3;
  const FINEST = 15;
  const KEY_HEX_DIGITS = 13; // 7 bits of base cell and 15 digits of 3 bits

  /**
   * A cell's *key* is its base cell and all its 15 digits as one number below 2^52. Together with the
   * resolution it is the whole cell, and a JavaScript number holds it exactly.
   *
   * Returns {meta, keys: Float64Array (ascending), values: Float64Array (NaN where there is no figure),
   * n: Uint32Array (the reports behind each value; a count is its own)}; `counts` are the values again.
   */
  function decode(buffer) {
    const bytes = new Uint8Array(buffer); // of an ArrayBuffer a view, of an array of bytes a copy
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const magic = String.fromCharCode(...bytes.subarray(0, 4));
    if (bytes.length < HEADER_BYTES || !(magic === COUNTS || magic === FIGURES)) {
      throw new Error("not packed cells");
    }
    const metaBytes = view.getUint32(4, true);
    const size = view.getUint32(8, true);
    const idsAt = HEADER_BYTES + metaBytes;
    const numbersAt = idsAt + view.getUint32(12, true);
    const meta = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER_BYTES, idsAt)));
    const steps = readVarints(bytes.subarray(idsAt, numbersAt), size);
    const keys = toKeys(steps, meta.resolution);
    const rest = bytes.subarray(numbersAt);
    if (magic === COUNTS) {
      const counts = readVarints(rest, size);
      return { meta, keys, values: counts, n: Uint32Array.from(counts), counts };
    }
    const numbers = readVarints(rest, 2 * size);
    const values = toValues(numbers.subarray(0, size), meta);
    return { meta, keys, values, n: Uint32Array.from(numbers.subarray(size)), counts: values };
  }

  /** Turn codes into values: 0 is no figure, the others are one more than a number of the smallest steps. */
  function toValues(codes, { decimals, signed }) {
    const steps = 10 ** decimals;
    return codes.map((code) => {
      if (code === 0) return NaN;
      const written = code - 1;
      if (!signed) return written / steps;
      return (written % 2 ? -(written + 1) / 2 : written / 2) / steps;
    });
  }

  /** Read n numbers of seven bits a byte, lowest first. Multiplying instead of shifting passes 2^32. */
  function readVarints(bytes, n) {
    const numbers = new Float64Array(n);
    let at = 0;
    for (let i = 0; i < n; i++) {
      let value = 0;
      let place = 1;
      while (bytes[at] >= 128) {
        value += (bytes[at++] - 128) * place;
        place *= 128;
      }
      if (at >= bytes.length) throw new Error("packed cells were cut off");
      numbers[i] = value + bytes[at++] * place;
    }
    return numbers;
  }

  /** Turn differences of paths into keys, in place: the unused digits are all ones. */
  function toKeys(steps, resolution) {
    const unused = 2 ** (DIGIT_BITS * (FINEST - resolution));
    let path = 0;
    for (let i = 0; i < steps.length; i++) {
      path += steps[i];
      steps[i] = path * unused + (unused - 1);
    }
    return steps;
  }

  /** The cell's text, as h3-js and Python write it. */
  function toId(key, resolution) {
    return "8" + resolution.toString(16) + key.toString(16).padStart(KEY_HEX_DIGITS, "0");
  }

  /** The key of a cell's text. */
  function toKey(id) {
    return parseInt(id.slice(2), 16);
  }

  /** The cell as the pair of 32-bit words [low, high] that h3-js takes without parsing text. */
  function toWords(key, resolution) {
    return [key >>> 0, (0x08000000 + resolution * 0x100000 + Math.floor(key / 2 ** 32)) >>> 0];
  }

  function resolutionOf(id) {
    return parseInt(id[1], 16);
  }

  function fromBase64(text) {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
  }

  gezhi.wire = { decode, toId, toKey, toWords, resolutionOf, fromBase64 };
})((window.gezhi = window.gezhi || {}));
