/* A canvas that covers the map and a margin around it, and follows its moves and zooms. */
(function (gezhi) {
  "use strict";

  const { worldX, worldY, TILE_PX } = gezhi.projection;
  const MOST_PIXEL_RATIO = 2;

  gezhi.CanvasLayer = L.Layer.extend({
    options: { pane: "overlayPane", margin: 0.15 },

    initialize(options) {
      L.setOptions(this, options);
    },

    onAdd() {
      this.canvas = L.DomUtil.create("canvas", "gz-canvas leaflet-zoom-animated", this.getPane());
      this.canvas.setAttribute("aria-hidden", "true");
      this.place();
    },

    onRemove() {
      this.canvas.remove();
    },

    getEvents() {
      return {
        moveend: this.place,
        resize: this.place,
        zoom: () => this.follow(this._map.getCenter(), this._map.getZoom()),
        zoomanim: (event) => this.follow(event.center, event.zoom),
      };
    },

    /** Lay the canvas over the view as it is now, and draw. */
    place() {
      const map = this._map;
      const margin = map.getSize().multiplyBy(this.options.margin).round();
      this.topLeft = map.containerPointToLayerPoint(margin.multiplyBy(-1)).round();
      this.topLeftLatLng = map.layerPointToLatLng(this.topLeft);
      this.size = map.getSize().add(margin.multiplyBy(2));
      this.zoom = map.getZoom();
      L.DomUtil.setTransform(this.canvas, this.topLeft, 1);
      this.redraw();
    },

    /** Stretch the picture while the map zooms; it is drawn anew when that has ended. */
    follow(center, zoom) {
      const map = this._map;
      const viewTopLeft = map.project(center, zoom).subtract(map.getSize().divideBy(2));
      const pane = L.DomUtil.getPosition(map.getPane("mapPane"));
      const origin = viewTopLeft.add(pane).round();
      const position = map.project(this.topLeftLatLng, zoom).subtract(origin);
      L.DomUtil.setTransform(this.canvas, position, map.getZoomScale(zoom, this.zoom));
    },

    /** Draw now. */
    redraw() {
      if (!this._map) return;
      const ratio = Math.min(window.devicePixelRatio || 1, MOST_PIXEL_RATIO);
      const wanted = this.size.multiplyBy(ratio).round();
      if (this.canvas.width !== wanted.x || this.canvas.height !== wanted.y) {
        this.canvas.width = wanted.x;
        this.canvas.height = wanted.y;
        this.canvas.style.width = `${this.size.x}px`;
        this.canvas.style.height = `${this.size.y}px`;
      }
      const context = this.canvas.getContext("2d");
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, this.canvas.width, this.canvas.height);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      this.draw(context, { ...this.frame(), ratio });
    },

    /** How world coordinates fall on the canvas: x on it is `worldX * scale - left`. */
    frame() {
      const scale = TILE_PX * 2 ** this.zoom;
      const corner = this.topLeftLatLng;
      return {
        scale,
        left: worldX(corner.lng) * scale,
        top: worldY(corner.lat) * scale,
        width: this.size.x,
        height: this.size.y,
        zoom: this.zoom,
      };
    },

    /** To be written by each layer. */
    draw() {},
  });
})((window.gezhi = window.gezhi || {}));
