/* Decode what layers/heat_wire.py packs: a smooth surface, one byte a node. */
(function (gezhi) {
  "use strict";

  const HEADER_BYTES = 8;
  const STEPS = 255;

  /** Returns {meta, nodes: Uint8Array}: a byte b says `meta.max * (b / 255)²`, row by row from the north-west. */
  function decode(buffer) {
    const bytes = new Uint8Array(buffer);
    if (bytes.length < HEADER_BYTES || String.fromCharCode(...bytes.subarray(0, 4)) !== "GZH1") {
      throw new Error("not a packed surface");
    }
    const end = HEADER_BYTES + new DataView(bytes.buffer).getUint32(4, true);
    const meta = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER_BYTES, end)));
    const nodes = bytes.subarray(end);
    if (nodes.length !== meta.rows * meta.columns) throw new Error("the packed surface was cut off");
    return { meta, nodes };
  }

  /** The density at a spot (fractions of the world), between its four nodes; null off the surface. */
  function densityAt({ meta, nodes }, worldX, worldY) {
    const x = (worldX - meta.at.left) / meta.at.step;
    const y = (worldY - meta.at.top) / meta.at.step;
    if (!(x >= 0 && y >= 0 && x <= meta.columns - 1 && y <= meta.rows - 1)) return null;
    const i = Math.min(Math.floor(x), meta.columns - 2);
    const j = Math.min(Math.floor(y), meta.rows - 2);
    const node = (row, column) => meta.max * (nodes[row * meta.columns + column] / STEPS) ** 2;
    const north = node(j, i) * (1 - x + i) + node(j, i + 1) * (x - i);
    const south = node(j + 1, i) * (1 - x + i) + node(j + 1, i + 1) * (x - i);
    return north * (1 - y + j) + south * (y - j);
  }

  gezhi.heatWire = { decode, densityAt, STEPS };
})((window.gezhi = window.gezhi || {}));
