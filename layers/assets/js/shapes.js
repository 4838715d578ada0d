/* Decode what layers/shape_wire.py packs: the shapes of places, and their figures. */
(function (gezhi) {
  "use strict";

  const { worldX, worldY } = gezhi.projection;
  const HEADER_BYTES = 16;
  const PER_DEGREE = 1e6;

  /**
   * Shapes of n places: {meta, ids, forms, firstPart, firstPosition, places, boxes}.
   *
   * `firstPart` (n + 1) says where the parts of a place begin, `firstPosition` where the positions of a part do;
   * `places` are x and y in world coordinates, `boxes` west, north, east, south of each place.
   */
  function decodeShapes(buffer) {
    const { meta, n, numbers } = open(buffer, "GZP1");
    const ids = ascending(numbers, n);
    const forms = Uint8Array.from(numbers.take(n));
    const firstPart = sums(numbers.take(n));
    const firstPosition = sums(numbers.take(firstPart[n]));
    const size = firstPosition[firstPart[n]];
    const places = new Float64Array(size * 2);
    readAxis(numbers, size, (lon, i) => (places[2 * i] = worldX(lon)));
    readAxis(numbers, size, (lat, i) => (places[2 * i + 1] = worldY(lat)));
    const shapes = { meta, ids, forms, firstPart, firstPosition, places };
    return { ...shapes, boxes: boxesOf(shapes) };
  }

  /** Figures of places: {meta, ids, n, open, rate, low, high}; NaN where there is no figure. */
  function decodeRates(buffer) {
    const { meta, n, numbers } = open(buffer, "GZR1");
    const rates = { meta, ids: ascending(numbers, n), n: numbers.take(n), open: numbers.take(n) };
    for (const name of ["rate", "low", "high"]) rates[name] = numbers.floats(n);
    return rates;
  }

  function open(buffer, magic) {
    const bytes = new Uint8Array(buffer);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < HEADER_BYTES || String.fromCharCode(...bytes.subarray(0, 4)) !== magic) {
      throw new Error("not packed places");
    }
    const begin = HEADER_BYTES + view.getUint32(4, true);
    const meta = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER_BYTES, begin)));
    return { meta, n: view.getUint32(8, true), numbers: new Numbers(bytes, view, begin) };
  }

  /** Reads lists one after the other. */
  class Numbers {
    constructor(bytes, view, at) {
      this.bytes = bytes;
      this.view = view;
      this.at = at;
    }

    next() {
      let value = 0;
      let place = 1;
      while (this.bytes[this.at] >= 128) {
        value += (this.bytes[this.at++] - 128) * place;
        place *= 128;
      }
      if (this.at >= this.bytes.length) throw new Error("packed places were cut off");
      return value + this.bytes[this.at++] * place;
    }

    take(n) {
      const numbers = new Float64Array(n);
      for (let i = 0; i < n; i++) numbers[i] = this.next();
      return numbers;
    }

    floats(n) {
      const numbers = new Float32Array(n);
      for (let i = 0; i < n; i++, this.at += 4) numbers[i] = this.view.getFloat32(this.at, true);
      return numbers;
    }
  }

  function ascending(numbers, n) {
    const ids = numbers.take(n);
    for (let i = 1; i < n; i++) ids[i] += ids[i - 1];
    return ids;
  }

  /** Where each of a row of lists begins, and where the last one ends. */
  function sums(sizes) {
    const begins = new Int32Array(sizes.length + 1);
    for (let i = 0; i < sizes.length; i++) begins[i + 1] = begins[i] + sizes[i];
    return begins;
  }

  function readAxis(numbers, size, take) {
    let at = 0;
    for (let i = 0; i < size; i++) {
      const value = numbers.next();
      at += value % 2 ? -(value + 1) / 2 : value / 2;
      take(at / PER_DEGREE, i);
    }
  }

  function boxesOf({ ids, firstPart, firstPosition, places }) {
    const boxes = new Float64Array(ids.length * 4);
    for (let i = 0; i < ids.length; i++) {
      let [west, north, east, south] = [1, 1, 0, 0];
      for (let k = firstPosition[firstPart[i]]; k < firstPosition[firstPart[i + 1]]; k++) {
        west = Math.min(west, places[2 * k]);
        east = Math.max(east, places[2 * k]);
        north = Math.min(north, places[2 * k + 1]);
        south = Math.max(south, places[2 * k + 1]);
      }
      boxes.set([west, north, east, south], 4 * i);
    }
    return boxes;
  }

  gezhi.shapes = { decodeShapes, decodeRates, open, readAxis, sums };
})((window.gezhi = window.gezhi || {}));
