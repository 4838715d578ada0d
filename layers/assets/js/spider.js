/* Reports at one address, spread out on legs around it: on a circle while they are few, then on a spiral. */
(function (gezhi) {
  "use strict";

  const MOST_LEGS = 40;
  const ON_CIRCLE = 10;
  const APART_PX = 24;
  const SHORTEST_PX = 34;

  /**
   * Places for so many legs, {x, y} in pixels from the middle. They are `APART_PX` from each other, and so are the
   * turns of the spiral.
   */
  function placesFor(n) {
    if (n <= ON_CIRCLE) {
      const radius = Math.max(SHORTEST_PX, (n * APART_PX * 1.15) / (2 * Math.PI));
      return Array.from({ length: n }, (_, i) => at((2 * Math.PI * i) / n - Math.PI / 2, radius));
    }
    const places = [];
    let angle = -Math.PI / 2;
    let radius = SHORTEST_PX;
    for (let i = 0; i < n; i++) {
      places.push(at(angle, radius));
      const step = (APART_PX * 1.08) / radius;
      angle += step;
      radius += ((APART_PX * 1.12) / (2 * Math.PI)) * step;
    }
    return places;
  }

  /** The legs of reports: one for each, the last one for all that have none of their own. */
  function legsOf(reports) {
    const shown = reports.length > MOST_LEGS ? MOST_LEGS - 1 : reports.length;
    const more = reports.length - shown;
    return placesFor(shown + (more ? 1 : 0)).map((place, i) =>
      i < shown ? { ...place, report: reports[i] } : { ...place, more },
    );
  }

  function at(angle, radius) {
    return { x: Math.cos(angle) * radius, y: Math.sin(angle) * radius };
  }

  gezhi.spider = { placesFor, legsOf };
})((window.gezhi = window.gezhi || {}));
