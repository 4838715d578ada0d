/* A PMTiles file on the server: tiles are found through its directories and read in as few pieces as possible. */
(function (gezhi) {
  "use strict";

  const HEADER_BYTES = 127;
  /** The header and the first directory are never longer. */
  const FIRST_BYTES = 16384;
  const GZIP = 2;
  const VECTOR_TILES = 1;
  /** Tiles with less than this between them in the file are read in one go. */
  const GAP_BYTES = 32768;
  const MOST_BYTES = 2e6;

  /** Numbers in groups of seven bits, one after the other. */
  class Varints {
    constructor(bytes) {
      this.bytes = bytes;
      this.at = 0;
    }

    next() {
      let value = 0;
      let factor = 1;
      let byte;
      do {
        if (this.at >= this.bytes.length) throw new Error("a number ends too early");
        byte = this.bytes[this.at++];
        value += (byte & 0x7f) * factor;
        factor *= 128;
      } while (byte & 0x80);
      return value;
    }
  }

  async function unpack(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  /** Where a tile is on the curves that number all tiles: those of coarser zooms first, neighbours close together. */
  function tileNumber(z, x, y) {
    let number = (4 ** z - 1) / 3;
    for (let side = 2 ** (z - 1); side >= 1; side /= 2) {
      const right = x & side ? 1 : 0;
      const below = y & side ? 1 : 0;
      number += side * side * ((3 * right) ^ below);
      if (below) continue;
      if (right) [x, y] = [side - 1 - (x & (side - 1)), side - 1 - (y & (side - 1))];
      [x, y] = [y, x];
    }
    return number;
  }

  function readDirectory(bytes) {
    const numbers = new Varints(bytes);
    const entries = Array.from({ length: numbers.next() }, () => ({}));
    let id = 0;
    for (const entry of entries) entry.id = id += numbers.next();
    for (const entry of entries) entry.run = numbers.next();
    for (const entry of entries) entry.length = numbers.next();
    entries.forEach((entry, i) => {
      const offset = numbers.next();
      entry.offset = offset === 0 && i ? entries[i - 1].offset + entries[i - 1].length : offset - 1;
    });
    return entries;
  }

  /** The entry that a tile lies in, or the one of the directory that leads to it. */
  function entryOf(entries, number) {
    let low = 0;
    let high = entries.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (entries[middle].id <= number) low = middle + 1;
      else high = middle - 1;
    }
    const found = entries[high];
    return found && (found.run === 0 || number < found.id + found.run) ? found : null;
  }

  class Archive {
    constructor(url) {
      this.url = url;
      this.directories = new Map(); // offset -> promise of entries
    }

    /** Resolves to the header; rejects where the file is gone, is another one by now, or none that can be read. */
    open() {
      if (!this.opened) this.opened = this.readHeader();
      return this.opened;
    }

    async readHeader() {
      const bytes = await this.bytes(0, FIRST_BYTES);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const long = (at) => Number(view.getBigUint64(at, true));
      if (bytes.length < HEADER_BYTES || new TextDecoder().decode(bytes.subarray(0, 7)) !== "PMTiles" || bytes[7] !== 3)
        throw new Error("not a PMTiles file");
      if (bytes[97] !== GZIP || bytes[98] !== GZIP || bytes[99] !== VECTOR_TILES)
        throw new Error("not vector tiles packed with gzip");
      const root = bytes.subarray(long(8), long(8) + long(16));
      return {
        root: readDirectory(await unpack(root)),
        leavesAt: long(40),
        tilesAt: long(56),
        minZoom: bytes[100],
        maxZoom: bytes[101],
      };
    }

    /** Read these tiles, each {z, x, y}; resolves to their bytes in the same order, null where a tile is empty. */
    async read(tiles) {
      const { tilesAt } = await this.open();
      const entries = await Promise.all(tiles.map(({ z, x, y }) => this.find(tileNumber(z, x, y))));
      const some = [...new Set(entries.filter(Boolean))].sort((a, b) => a.offset - b.offset);
      const spans = [];
      for (const { offset, length } of some) {
        const last = spans[spans.length - 1];
        const end = offset + length;
        if (last && offset - last.end < GAP_BYTES && end - last.start < MOST_BYTES) last.end = Math.max(last.end, end);
        else spans.push({ start: offset, end });
      }
      await Promise.all(
        spans.map(async (span) => {
          span.bytes = await this.bytes(tilesAt + span.start, span.end - span.start);
          if (span.bytes.length !== span.end - span.start) throw new Error("the file ends too early");
        }),
      );
      return Promise.all(
        entries.map((entry) => {
          if (!entry) return null;
          const span = spans.find(({ start, end }) => start <= entry.offset && entry.offset + entry.length <= end);
          const at = entry.offset - span.start;
          return unpack(span.bytes.subarray(at, at + entry.length));
        }),
      );
    }

    async find(number) {
      const { root, leavesAt } = await this.opened;
      let entry = entryOf(root, number);
      while (entry && entry.run === 0) {
        entry = entryOf(await this.directory(leavesAt + entry.offset, entry.length), number);
      }
      return entry;
    }

    directory(offset, length) {
      if (!this.directories.has(offset)) {
        this.directories.set(offset, this.bytes(offset, length).then(unpack).then(readDirectory));
      }
      return this.directories.get(offset);
    }

    async bytes(offset, length) {
      const headers = { range: `bytes=${offset}-${offset + length - 1}` };
      const response = await fetch(this.url, { headers, credentials: "same-origin" });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      // A server on the way that knows no ranges sends all of it.
      return response.status === 206 ? bytes : bytes.slice(offset, offset + length);
    }
  }

  gezhi.Archive = Archive;
  gezhi.Varints = Varints;
  gezhi.tileNumber = tileNumber;
})((window.gezhi = window.gezhi || {}));
