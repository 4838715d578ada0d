/* The phone's map: streets and compounds as lines, the team's cells, its cases, where the phone is. No tiles. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const WORLD = [
    [-85, -180],
    [-85, 180],
    [85, 180],
    [85, -180],
  ];
  const STREETS = {
    main: [7, 9],
    primary: [7, 9],
    trunk: [7, 9],
    secondary: [6, 8],
    side: [4, 5.5],
    lane: [2.5, 3.5],
    back_lane: [2.5, 3.5],
  };
  const PLAIN = [4, 5.5];
  const CLOSE_ZOOM = 17;
  /** The largest pieces with so much of the cells' area are what is shown: a cell far off hides no street. */
  const MOST = 0.9;

  /** The map in a box of the page; `cover()` says how many pixels at its bottom lie under the sheet, `beside()` at its left. */
  field.map = function (box, { open, tone, name, cover, beside }) {
    const map = L.map(box, {
      zoomControl: false,
      attributionControl: false,
      minZoom: 9,
      maxZoom: 19,
      zoomSnap: 0.5,
      preferCanvas: true,
      renderer: L.canvas({ padding: 0.3 }),
      tapHold: false,
    });
    map.setView([38.3, 116.9], 14);
    const marks = field.marks(map, { open, tone, name });
    let ground = null;
    let names = null;
    let shown = null; // the day that is drawn
    let here = null;
    let routeDrawn = null;

    const colour = (variable) => getComputedStyle(box).getPropertyValue(variable).trim();

    function drawGround(day) {
      ground?.remove();
      names?.remove();
      ground = L.layerGroup().addTo(map);
      const still = { interactive: false };
      for (const { rings } of day.ground?.compounds || []) {
        L.polygon(rings.map(pairs), { ...still, stroke: false, fillColor: colour("--gf-compound"), fillOpacity: 1 }).addTo(ground);
      }
      const streets = day.ground?.streets || [];
      for (const [wide, variable] of [
        [1, "--gf-street-edge"],
        [0, "--gf-street"],
      ]) {
        for (const { kind, lines } of streets) {
          const weight = (STREETS[kind] || PLAIN)[wide];
          L.polyline(lines.map(pairs), { ...still, weight, color: colour(variable), opacity: 1, lineCap: "round" }).addTo(ground);
        }
      }
      if (day.cells?.length) {
        const rings = field.outline(day.cells);
        const dim = { ...still, stroke: false, fillColor: colour("--gf-outside"), fillOpacity: 0.62, fillRule: "evenodd" };
        L.polygon([WORLD, ...rings], dim).addTo(ground);
        L.polygon(rings, { ...still, fill: false, color: colour("--gf-cells"), weight: 3, opacity: 0.9 }).addTo(ground);
      }
      names = new field.Names(day.ground).addTo(map);
    }

    function pairs(flat) {
      const found = [];
      for (let i = 0; i < flat.length; i += 2) found.push([flat[i + 1], flat[i]]);
      return found;
    }

    const room = () => ({ paddingTopLeft: [24 + beside(), 84], paddingBottomRight: [24, cover() + 24] });

    /** Show the team's cells, but for small pieces far from the others. */
    function fit({ animate = true } = {}) {
      if (!shown) return;
      const around = L.latLngBounds([]);
      const pieces = field.outline(shown.cells || []).sort((one, other) => other.length - one.length);
      const size = (piece) => piece.length ** 2; // areas go with the square of their outlines
      let left = MOST * pieces.reduce((sum, piece) => sum + size(piece), 0);
      for (const piece of pieces) {
        if (left <= 0) break;
        piece.forEach((pair) => around.extend(pair));
        left -= size(piece);
      }
      if (!around.isValid() && shown.box) around.extend([shown.box[1], shown.box[0]]).extend([shown.box[3], shown.box[2]]);
      if (around.isValid()) map.fitBounds(around, { ...room(), animate, maxZoom: CLOSE_ZOOM });
    }

    /** Bring a position into the middle of what the sheet leaves free. */
    function center({ lon, lat }, { zoom = Math.max(map.getZoom(), CLOSE_ZOOM - 0.5), animate = true } = {}) {
      const down = (cover() - 60) / 2;
      const point = map.project([lat, lon], zoom).add([-beside() / 2, down]);
      map.setView(map.unproject(point, zoom), zoom, { animate });
    }

    function redraw(day) {
      const first = !shown;
      const same = shown && shown.edition?.id === day.edition?.id && shown.team.id === day.team.id && shown.cells.length === day.cells.length;
      shown = day;
      if (!same) drawGround(day);
      if (first || !same) fit({ animate: false });
    }

    function showHere(at) {
      if (!at) {
        here?.remove();
        here = null;
        return;
      }
      const spot = [at.lat, at.lon];
      if (!here) {
        const dot = L.divIcon({ className: "gf-here-box", iconSize: [22, 22], html: field.h("span", { class: "gf-here" }) });
        const around = L.circle(spot, { radius: 1, interactive: false, stroke: false, fillColor: colour("--gf-here"), fillOpacity: 0.14 });
        const mark = L.marker(spot, { icon: dot, interactive: false, keyboard: false, zIndexOffset: 1000 });
        here = L.layerGroup([around, mark]).addTo(map);
        Object.assign(here, { around, mark });
      }
      here.mark.setLatLng(spot);
      here.around.setLatLng(spot).setRadius(Math.min(at.accuracy || 0, 400));
    }

    return {
      leaflet: map,
      redraw,
      /** Draw the ground anew in the colours of now. */
      recolour: () => shown && drawGround(shown),
      show: (cases, chosen) => marks.show(cases, chosen),
      showHere,
      fit,
      center,
      /** Where the cross in the free part of the map points. */
      middle() {
        const { x, y } = map.getSize();
        const { lng, lat } = map.containerPointToLatLng([(x + beside()) / 2, (y - cover() + 60) / 2]);
        return { lon: lng, lat };
      },
      route(route) {
        routeDrawn?.remove?.();
        routeDrawn = field.showRoute && route ? field.showRoute(map, route) : null;
      },
    };
  };
})((window.gezhi = window.gezhi || {}));
