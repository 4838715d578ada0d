/* The tiles of a view: which they are, read when they are needed, and kept for a while. */
(function (gezhi) {
  "use strict";

  const { worldX, worldY, TILE_PX } = gezhi.projection;
  const MOST_KEPT = 240;

  class Tiles {
    constructor(url) {
      this.url = url;
      this.archive = new gezhi.Archive(url);
      this.kept = new Map(); // name -> places, those used last at the end
      this.underWay = new Map(); // name -> promise
    }

    /** The names of the tiles of the view and a margin around it, in an order that does not depend on the view. */
    async wanted(map, marginPx) {
      const { minZoom, maxZoom } = await this.archive.open();
      const z = Math.min(Math.floor(map.getZoom()), maxZoom);
      if (z < minZoom) return [];
      const scale = TILE_PX * 2 ** map.getZoom();
      const half = map.getSize().divideBy(2).add([marginPx, marginPx]);
      const centre = map.getCenter();
      const count = 2 ** z;
      const at = (world, pixels) => Math.min(count - 1, Math.max(0, Math.floor((world + pixels / scale) * count)));
      const [west, east] = [-half.x, half.x].map((off) => at(worldX(centre.lng), off));
      const [north, south] = [-half.y, half.y].map((off) => at(worldY(centre.lat), off));
      const tiles = [];
      for (let x = west; x <= east; x++) for (let y = north; y <= south; y++) tiles.push({ z, x, y });
      return tiles;
    }

    /** Resolves to the places of all these tiles, each name of a spot once. */
    async places(tiles) {
      const names = tiles.map(nameOf);
      const missing = tiles.filter((tile) => !this.kept.has(nameOf(tile)) && !this.underWay.has(nameOf(tile)));
      if (missing.length) this.read(missing);
      await Promise.all(names.map((name) => this.underWay.get(name)));
      const seen = new Set();
      const places = [];
      for (const name of names) {
        const found = this.kept.get(name) || [];
        this.kept.delete(name);
        this.kept.set(name, found);
        for (const place of found) {
          // A point on a tile's edge is in both tiles.
          if (place.type === "point" || place.type === "name") {
            if (seen.has(place.about.id)) continue;
            seen.add(place.about.id);
          }
          places.push(place);
        }
      }
      for (const name of this.kept.keys()) {
        if (this.kept.size <= Math.max(MOST_KEPT, names.length)) break;
        this.kept.delete(name);
      }
      return places;
    }

    read(tiles) {
      const reading = this.archive.read(tiles).then((all) => {
        all.forEach((bytes, i) => this.kept.set(nameOf(tiles[i]), bytes ? gezhi.readTile(bytes, tiles[i]) : []));
      });
      for (const tile of tiles) {
        const name = nameOf(tile);
        const done = reading.finally(() => this.underWay.delete(name));
        done.catch(() => {}); // whoever waits for it is told
        this.underWay.set(name, done);
      }
    }
  }

  function nameOf({ z, x, y }) {
    return `${z}/${x}/${y}`;
  }

  gezhi.Tiles = Tiles;
})((window.gezhi = window.gezhi || {}));
