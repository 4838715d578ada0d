/* Names of streets and compounds on the phone's map, written along their lines where there is room. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const FROM_ZOOM = 15;
  const SIZE_PX = 12;
  const AIR_PX = 6;
  const MAIN = new Set(["main", "primary", "trunk", "secondary"]);

  /** A Leaflet layer that writes the names of `{streets, compounds}` on one canvas. */
  field.Names = L.Layer.extend({
    initialize(ground) {
      this._streets = [...(ground?.streets || [])].sort((a, b) => MAIN.has(b.kind) - MAIN.has(a.kind));
      this._compounds = ground?.compounds || [];
    },

    onAdd(map) {
      this._canvas = L.DomUtil.create("canvas", "gf-names", map.getPane("gfNames") || map.createPane("gfNames"));
      map.on("moveend zoomend resize viewreset", this._draw, this);
      map.on("zoomstart", this._clear, this);
      this._draw();
    },

    onRemove(map) {
      map.off("moveend zoomend resize viewreset", this._draw, this);
      map.off("zoomstart", this._clear, this);
      this._canvas.remove();
    },

    redraw() {
      if (this._map) this._draw();
    },

    _clear() {
      this._canvas.getContext("2d").clearRect(0, 0, this._canvas.width, this._canvas.height);
    },

    _draw() {
      const map = this._map;
      const size = map.getSize();
      const scale = window.devicePixelRatio || 1;
      const canvas = this._canvas;
      L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
      canvas.width = size.x * scale;
      canvas.height = size.y * scale;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
      if (map.getZoom() < FROM_ZOOM) return;
      const style = getComputedStyle(map.getContainer());
      const pen = canvas.getContext("2d");
      pen.scale(scale, scale);
      pen.font = `500 ${SIZE_PX}px ${style.fontFamily}`;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      pen.lineWidth = 3.5;
      pen.strokeStyle = style.getPropertyValue("--gf-halo");
      this._taken = [];
      pen.fillStyle = style.getPropertyValue("--gf-name-compound");
      for (const one of this._compounds) this._compound(pen, one, size);
      pen.fillStyle = style.getPropertyValue("--gf-name-street");
      for (const one of this._streets) this._street(pen, one, size);
    },

    _points(flat) {
      const points = [];
      for (let i = 0; i < flat.length; i += 2) points.push(this._map.latLngToContainerPoint([flat[i + 1], flat[i]]));
      return points;
    },

    _compound(pen, { name, rings }, size) {
      if (!name || !rings?.length) return;
      const points = this._points(rings[0]);
      const xs = points.map(({ x }) => x);
      const ys = points.map(({ y }) => y);
      const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
      if (right < 0 || left > size.x || bottom < 0 || top > size.y) return;
      const width = pen.measureText(name).width;
      if (right - left < width * 0.8 || bottom - top < SIZE_PX * 1.5) return;
      this._write(pen, name, (left + right) / 2, (top + bottom) / 2, 0, width);
    },

    /** Write the name at the middle of the straightest long piece that is in view. */
    _street(pen, { name, lines }, size) {
      if (!name) return;
      const width = pen.measureText(name).width;
      let best = null;
      for (const flat of lines || []) {
        const points = this._points(flat);
        for (let i = 1; i < points.length; i++) {
          const [a, b] = [points[i - 1], points[i]];
          const x = (a.x + b.x) / 2;
          const y = (a.y + b.y) / 2;
          const length = a.distanceTo(b);
          if (x < 0 || x > size.x || y < 0 || y > size.y || length < width) continue;
          if (!best || length > best.length) best = { x, y, length, angle: Math.atan2(b.y - a.y, b.x - a.x) };
        }
      }
      if (!best) return;
      const angle = Math.abs(best.angle) > Math.PI / 2 ? best.angle + Math.PI : best.angle;
      this._write(pen, name, best.x, best.y, angle, width);
    },

    _write(pen, name, x, y, angle, width) {
      const half = [
        (Math.abs(Math.cos(angle)) * width + Math.abs(Math.sin(angle)) * SIZE_PX) / 2 + AIR_PX,
        (Math.abs(Math.sin(angle)) * width + Math.abs(Math.cos(angle)) * SIZE_PX) / 2 + AIR_PX,
      ];
      const box = [x - half[0], y - half[1], x + half[0], y + half[1]];
      const hits = ([w, n, e, s]) => w < box[2] && e > box[0] && n < box[3] && s > box[1];
      if (this._taken.some(hits)) return;
      this._taken.push(box);
      pen.save();
      pen.translate(x, y);
      pen.rotate(angle);
      pen.strokeText(name, 0, 0);
      pen.fillText(name, 0, 0);
      pen.restore();
    },
  });
})((window.gezhi = window.gezhi || {}));
