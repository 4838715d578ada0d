/* Tiles of pictures from an online map, laid where they belong whatever datum they are in. */
(function (gezhi) {
  "use strict";

  /** Tiles that fail in a row before the map is taken for out of reach: at once, and where it has answered before. */
  const FAILED_AT_FIRST = 4;
  const FAILED_LATER = 12;
  const SILENT_MS = 8000;
  /** Tiles beyond the edge: the shift differs by some pixels over a screen. */
  const MARGIN_PX = 24;

  const Tiles = L.TileLayer;

  /**
   * Fires `gezhi:lost` once when tiles keep failing, or none comes for some seconds.
   *
   * The tiles of GCJ-02 are moved, not the cells: each to where its three corners lie in WGS-84, so neighbours
   * share their edges and within a tile nothing is off by more than a few hundredths of a pixel. Leaflet adds the
   * light of tiles (`plus-lighter`): two half covered pixels at a shared edge make a whole one, no hair shows.
   */
  gezhi.RasterTiles = Tiles.extend({
    initialize({ url, datum, subdomains, maxZoom }, pane) {
      Tiles.prototype.initialize.call(this, url, { pane, maxNativeZoom: maxZoom, maxZoom: 24, subdomains, updateWhenZooming: false });
      this.moved = datum === "gcj02";
      this.loaded = this.failed = 0;
      this.on("tileload", () => {
        this.loaded += 1;
        this.failed = 0;
      });
      this.on("tileerror", () => {
        this.failed += 1;
        if (this.failed >= (this.loaded ? FAILED_LATER : FAILED_AT_FIRST)) this.lose();
      });
      if (this.moved) this.on("tileloadstart", ({ tile, coords }) => this.lay(tile, coords));
    },

    onAdd(map) {
      Tiles.prototype.onAdd.call(this, map);
      this.silence = setTimeout(() => {
        if (!this.loaded) this.lose();
      }, SILENT_MS);
    },

    onRemove(map) {
      clearTimeout(this.silence);
      Tiles.prototype.onRemove.call(this, map);
    },

    lose() {
      if (this.lost) return;
      this.lost = true;
      this.fire("gezhi:lost");
    },

    /** The part of the tiles' own world that the screen shows. */
    _getTiledPixelBounds(center) {
      if (!this.moved) return Tiles.prototype._getTiledPixelBounds.call(this, center);
      const [lng, lat] = gezhi.datums.toGcj02(center.lng, center.lat);
      const { min, max } = Tiles.prototype._getTiledPixelBounds.call(this, L.latLng(lat, lng));
      return L.bounds(min.subtract([MARGIN_PX, MARGIN_PX]), max.add([MARGIN_PX, MARGIN_PX]));
    },

    lay(tile, coords) {
      const size = this.getTileSize().x;
      const corner = (right, down) => this.placeOf(coords.x + right, coords.y + down, coords.z, size);
      const [topLeft, topRight, bottomLeft] = [corner(0, 0), corner(1, 0), corner(0, 1)];
      const across = topRight.subtract(topLeft).divideBy(size);
      const down = bottomLeft.subtract(topLeft).divideBy(size);
      const matrix = [across.x, across.y, down.x, down.y, topLeft.x, topLeft.y];
      tile.style.transformOrigin = "0 0";
      tile.style.transform = `matrix(${matrix.join(", ")})`;
    },

    /** Where a corner of the tiles' grid lies, in pixels of the level that it is drawn in. */
    placeOf(x, y, zoom, size) {
      const shifted = this._map.unproject(L.point(x, y).multiplyBy(size), zoom);
      const [lng, lat] = gezhi.datums.fromGcj02(shifted.lng, shifted.lat);
      return this._map.project(L.latLng(lat, lng), zoom).subtract(this._level.origin);
    },
  });
})((window.gezhi = window.gezhi || {}));
