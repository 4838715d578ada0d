/* Shapes of places on a canvas: which are near, their paths, and which one lies under a place on the map. */
(function (gezhi) {
  "use strict";

  const NEAR_PX = 40;
  /** Positions closer than this to the one before are left out: nobody sees them. */
  const FINEST_PX = 0.7;
  const POINT_PX = 5;
  const FORMS = { point: 0, line: 1, area: 2 };

  /** The rows of the places that touch the canvas. */
  function near({ boxes }, { scale, left, top, width, height }) {
    const west = (left - NEAR_PX) / scale;
    const east = (left + width + NEAR_PX) / scale;
    const north = (top - NEAR_PX) / scale;
    const south = (top + height + NEAR_PX) / scale;
    const rows = [];
    for (let i = 0, k = 0; k < boxes.length; i++, k += 4) {
      if (boxes[k] < east && boxes[k + 2] > west && boxes[k + 1] < south && boxes[k + 3] > north) rows.push(i);
    }
    return rows;
  }

  /** Add the place of a row to the path. */
  function trace(context, { scale, left, top }, shapes, row) {
    const { forms, firstPart, firstPosition, places } = shapes;
    const form = forms[row];
    for (let part = firstPart[row]; part < firstPart[row + 1]; part++) {
      const end = firstPosition[part + 1] - 1;
      let [x, y] = [NaN, NaN];
      for (let k = firstPosition[part]; k <= end; k++) {
        const nextX = places[2 * k] * scale - left;
        const nextY = places[2 * k + 1] * scale - top;
        const first = k === firstPosition[part];
        if (form === FORMS.point) {
          context.moveTo(nextX + POINT_PX, nextY);
          context.arc(nextX, nextY, POINT_PX, 0, 2 * Math.PI);
          continue;
        }
        if (!first && k < end && Math.abs(nextX - x) + Math.abs(nextY - y) < FINEST_PX) continue;
        [x, y] = [nextX, nextY];
        if (first) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
      if (form === FORMS.area) context.closePath();
    }
  }

  /**
   * The row of the place at a point (x, y in world coordinates) or within `reach` of it; -1 for none.
   *
   * What is hit: a place point or line before an area, the nearest first, of areas the smallest.
   */
  function hit(shapes, x, y, reach) {
    const { boxes, forms } = shapes;
    let [best, bestAt] = [-1, Infinity];
    let [around, size] = [-1, Infinity];
    for (let i = 0, k = 0; k < boxes.length; i++, k += 4) {
      if (x < boxes[k] - reach || x > boxes[k + 2] + reach) continue;
      if (y < boxes[k + 1] - reach || y > boxes[k + 3] + reach) continue;
      if (forms[i] === FORMS.area) {
        const own = (boxes[k + 2] - boxes[k]) * (boxes[k + 3] - boxes[k + 1]);
        if (own < size && isInside(shapes, i, x, y)) [around, size] = [i, own];
      } else {
        const distance = distanceTo(shapes, i, x, y);
        if (distance <= reach && distance < bestAt) [best, bestAt] = [i, distance];
      }
    }
    return best >= 0 ? best : around;
  }

  function isInside({ firstPart, firstPosition, places }, row, x, y) {
    let inside = false;
    for (let part = firstPart[row]; part < firstPart[row + 1]; part++) {
      for (let k = firstPosition[part], before = firstPosition[part + 1] - 1; k < firstPosition[part + 1]; before = k++) {
        const [xa, ya, xb, yb] = [places[2 * k], places[2 * k + 1], places[2 * before], places[2 * before + 1]];
        if (ya > y !== yb > y && x < ((xb - xa) * (y - ya)) / (yb - ya) + xa) inside = !inside;
      }
    }
    return inside;
  }

  function distanceTo({ firstPart, firstPosition, places }, row, x, y) {
    let least = Infinity;
    for (let part = firstPart[row]; part < firstPart[row + 1]; part++) {
      const begin = firstPosition[part];
      for (let k = begin; k < firstPosition[part + 1]; k++) {
        const from = 2 * Math.max(k - 1, begin);
        const [ax, ay] = [places[from], places[from + 1]];
        const [dx, dy] = [places[2 * k] - ax, places[2 * k + 1] - ay];
        const along = dx || dy ? ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy) : 0;
        const t = Math.min(1, Math.max(0, along));
        least = Math.min(least, Math.hypot(x - ax - t * dx, y - ay - t * dy));
      }
    }
    return least;
  }

  gezhi.shapePaths = { FORMS, near, trace, hit };
})((window.gezhi = window.gezhi || {}));
