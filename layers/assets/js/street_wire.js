/* Decode what layers/street_wire.py packs: streets cut into pieces, and how densely reports lie along each. */
(function (gezhi) {
  "use strict";

  const { open, readAxis, sums } = gezhi.shapes;
  const { worldX, worldY } = gezhi.projection;
  const HEADER_BYTES = 8;
  const STEPS = 255;

  /**
   * Edges: {meta, names, firstPiece, firstCorner, places, along, boxes}.
   *
   * The pieces of edge e are `firstPiece[e]` to `firstPiece[e + 1]`, its corners `firstCorner[e]` to
   * `firstCorner[e + 1]`: `places` holds their x and y in world coordinates, `along` how far each is from the
   * beginning of its edge, as a share of the edge. `boxes` are west, north, east, south of each edge.
   */
  function decodeLines(buffer) {
    const { meta, n, numbers } = open(buffer, "GZL1");
    const named = numbers.take(n);
    const firstPiece = sums(numbers.take(n));
    const firstCorner = sums(numbers.take(n));
    const size = firstCorner[n];
    const places = new Float64Array(size * 2);
    readAxis(numbers, size, (lon, i) => (places[2 * i] = worldX(lon)));
    readAxis(numbers, size, (lat, i) => (places[2 * i + 1] = worldY(lat)));
    const names = Array.from(named, (number) => (number ? meta.names[number - 1] : null));
    const lines = { meta, names, firstPiece, firstCorner, places };
    return { ...lines, ...measured(lines, n) };
  }

  /** Where each corner lies along its edge, and the box of each edge. */
  function measured({ firstCorner, places }, n) {
    const along = new Float64Array(places.length / 2);
    const boxes = new Float64Array(n * 4);
    for (let e = 0; e < n; e++) {
      const [begin, end] = [firstCorner[e], firstCorner[e + 1]];
      let [west, north, east, south] = [1, 1, 0, 0];
      for (let k = begin; k < end; k++) {
        const [x, y] = [places[2 * k], places[2 * k + 1]];
        [west, north, east, south] = [Math.min(west, x), Math.min(north, y), Math.max(east, x), Math.max(south, y)];
        if (k > begin) along[k] = along[k - 1] + Math.hypot(x - places[2 * k - 2], y - places[2 * k - 1]);
      }
      const length = along[end - 1] || 1;
      for (let k = begin; k < end; k++) along[k] /= length;
      boxes.set([west, north, east, south], 4 * e);
    }
    return { along, boxes };
  }

  /** Densities: {meta, pieces: Uint8Array}; a byte b says `meta.max * (b / 255)²`. */
  function decodeDensity(buffer) {
    const bytes = new Uint8Array(buffer);
    if (bytes.length < HEADER_BYTES || String.fromCharCode(...bytes.subarray(0, 4)) !== "GZD1") {
      throw new Error("not packed densities");
    }
    const end = HEADER_BYTES + new DataView(bytes.buffer).getUint32(4, true);
    const meta = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER_BYTES, end)));
    const pieces = bytes.subarray(end);
    if (pieces.length !== meta.pieces) throw new Error("the packed densities were cut off");
    return { meta, pieces };
  }

  /** Reports per km of street on a piece. */
  function densityOf({ meta, pieces }, piece) {
    return meta.max * (pieces[piece] / STEPS) ** 2;
  }

  /** The piece of an edge at a share of its length. */
  function pieceAt({ firstPiece }, edge, share) {
    const n = firstPiece[edge + 1] - firstPiece[edge];
    return firstPiece[edge] + Math.min(n - 1, Math.max(0, Math.floor(share * n)));
  }

  /** The edge nearest to a spot (world coordinates) within `reach`, and where on it: {edge, share}, or null. */
  function nearest({ boxes, firstCorner, places, along }, x, y, reach) {
    let [found, least] = [null, reach];
    for (let e = 0, b = 0; b < boxes.length; e++, b += 4) {
      if (x < boxes[b] - least || x > boxes[b + 2] + least) continue;
      if (y < boxes[b + 1] - least || y > boxes[b + 3] + least) continue;
      for (let k = firstCorner[e]; k + 1 < firstCorner[e + 1]; k++) {
        const [ax, ay] = [places[2 * k], places[2 * k + 1]];
        const [dx, dy] = [places[2 * k + 2] - ax, places[2 * k + 3] - ay];
        const ahead = dx || dy ? ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy) : 0;
        const t = Math.min(1, Math.max(0, ahead));
        const distance = Math.hypot(x - ax - t * dx, y - ay - t * dy);
        if (distance > least) continue;
        least = distance;
        found = { edge: e, share: along[k] + t * (along[k + 1] - along[k]) };
      }
    }
    return found;
  }

  gezhi.streetWire = { decodeLines, decodeDensity, densityOf, pieceAt, nearest, STEPS };
})((window.gezhi = window.gezhi || {}));
