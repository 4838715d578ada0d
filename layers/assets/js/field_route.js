/* A route on the phone's map: the way of each leg, straight lines as such, the stops by number, the next one large. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const PANE = "gf-route";
  const UNDER_MARKS = 420;
  const OVER_MARKS = 640;
  const WIDE = 9;
  const NARROW = 5;
  const DASHES = "2 9";

  /** Draw a route on a map; `remove()` of what comes back takes it away.

      A route is what `/api/field/route` answers. `words` may have `start` and `end`, names for these places. The
      colours are the page's (`--gf-route`, `--gf-route-next`, `--gf-halo`), as they are when this is called. */
  field.showRoute = function (map, route, words = {}) {
    const colour = (name, other) => getComputedStyle(map.getContainer()).getPropertyValue(name).trim() || other;
    const colours = {
      rest: colour("--gf-route", "#6b4fb3"),
      next: colour("--gf-route-next", "#6b4fb3"),
      halo: colour("--gf-halo", "#ffffff"),
    };
    pane(map, PANE, UNDER_MARKS);
    pane(map, `${PANE}-stops`, OVER_MARKS);
    const renderer = L.canvas({ pane: PANE, padding: 0.3 });
    const drawn = L.layerGroup().addTo(map);
    const legs = [...route.stops.map(({ leg }) => leg), route.home].filter(Boolean);
    const still = { interactive: false, renderer, pane: PANE, lineCap: "round", lineJoin: "round" };
    for (const leg of legs) {
      L.polyline(pairs(leg.way), { ...still, weight: WIDE, color: colours.halo, opacity: 1 }).addTo(drawn);
    }
    // The next leg comes last: where the way leads back along it, it is on top.
    for (const leg of [...legs.slice(1), ...legs.slice(0, 1)]) {
      const next = leg === legs[0] && route.stops.length > 0;
      L.polyline(pairs(leg.way), {
        ...still,
        weight: next ? NARROW + 1 : NARROW,
        color: next ? colours.next : colours.rest,
        opacity: next ? 1 : 0.75,
        dashArray: leg.why ? DASHES : null,
      }).addTo(drawn);
    }
    const end = route.end && same(route.start, route.end) ? null : route.end;
    ends(drawn, [route.start, "S", words.start], end && [end, "E", words.end]);
    for (const stop of route.stops) {
      const look = stop.case === route.next ? "gf-stop gf-stop-next" : "gf-stop";
      badge([stop.lat, stop.lon], look, String(stop.n)).addTo(drawn);
    }
    for (const { n, lon, lat } of route.done) badge([lat, lon], "gf-stop gf-stop-done", String(n)).addTo(drawn);
    return {
      remove() {
        drawn.remove();
        renderer.remove();
      },
      /** The corners of all that is drawn. */
      bounds: () => L.latLngBounds(legs.flatMap(({ way }) => pairs(way))),
    };
  };

  function pane(map, name, height) {
    if (map.getPane(name)) return;
    const made = map.createPane(name);
    made.style.zIndex = height;
    made.style.pointerEvents = "none"; // what is under a number is to be pressed
  }

  function pairs(flat) {
    const found = [];
    for (let i = 0; i < flat.length; i += 2) found.push([flat[i + 1], flat[i]]);
    return found;
  }

  const same = (one, other) => one[0] === other[0] && one[1] === other[1];

  function ends(drawn, ...places) {
    for (const [[lon, lat], sign, name] of places.filter(Boolean)) {
      badge([lat, lon], `gf-stop gf-stop-end gf-stop-${sign === "S" ? "start" : "finish"}`, "", name).addTo(drawn);
    }
  }

  function badge(at, look, text, name = "") {
    const html = field.h("span", { class: look, title: name || null }, text);
    const icon = L.divIcon({ className: "gf-stop-box", iconSize: [0, 0], html });
    return L.marker(at, { icon, interactive: false, keyboard: false, pane: `${PANE}-stops` });
  }
})((window.gezhi = window.gezhi || {}));
