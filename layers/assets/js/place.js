/* One place: read from GeoJSON, and laid on a canvas as a path. */
(function (gezhi) {
  "use strict";

  const { worldX, worldY } = gezhi.projection;
  const OFF_CANVAS_PX = 40;

  /** A place ready to be drawn: its parts in world coordinates, and the box around them. */
  function read(feature) {
    const given = feature.properties || {};
    const about = { ...given.attributes, ...given };
    const geometry = feature.geometry;
    if (!geometry) return null;
    const shapes = { Polygon: "polygon", MultiPolygon: "polygon", LineString: "line", MultiLineString: "line" };
    const type = shapes[geometry.type] || "point";
    const parts = partsOf(geometry);
    const box = [1, 1, 0, 0];
    for (const part of parts) {
      for (let i = 0; i < part.length; i += 2) {
        box[0] = Math.min(box[0], part[i]);
        box[1] = Math.min(box[1], part[i + 1]);
        box[2] = Math.max(box[2], part[i]);
        box[3] = Math.max(box[3], part[i + 1]);
      }
    }
    return { kind: about.kind, level: about.level || "side", about, type, parts, box };
  }

  /** The lines, rings or points that a geometry is made of, each in world coordinates. */
  function partsOf({ type, coordinates }) {
    if (type === "Point") return [toWorld([coordinates])];
    if (type === "LineString" || type === "MultiPoint") return [toWorld(coordinates)];
    if (type === "MultiLineString") return coordinates.map(toWorld);
    if (type === "Polygon") return turned(coordinates);
    return type === "MultiPolygon" ? coordinates.flatMap(turned) : [];
  }

  /** Rings that turn the same way, and holes the other: so surfaces that overlap are both filled. */
  function turned(rings) {
    return rings.map((ring, i) => {
      const numbers = toWorld(ring);
      const turns = areaOf(numbers) > 0;
      return turns === (i === 0) ? numbers : toWorld([...ring].reverse());
    });
  }

  function areaOf(ring) {
    let area = 0;
    for (let i = 0; i + 3 < ring.length; i += 2) {
      area += (ring[i] - ring[0]) * (ring[i + 3] - ring[1]) - (ring[i + 2] - ring[0]) * (ring[i + 1] - ring[1]);
    }
    return area;
  }

  function toWorld(positions) {
    const numbers = new Float64Array(positions.length * 2);
    positions.forEach(([lon, lat], i) => {
      numbers[2 * i] = worldX(lon);
      numbers[2 * i + 1] = worldY(lat);
    });
    return numbers;
  }

  /** Whether a box in world coordinates touches the canvas. */
  function isNear(box, { scale, left, top, width, height }) {
    return (
      box[2] * scale - left > -OFF_CANVAS_PX &&
      box[0] * scale - left < width + OFF_CANVAS_PX &&
      box[3] * scale - top > -OFF_CANVAS_PX &&
      box[1] * scale - top < height + OFF_CANVAS_PX
    );
  }

  /** Add a place's parts to the path. */
  function trace({ context, frame: { scale, left, top } }, place) {
    for (const part of place.parts) {
      for (let i = 0; i < part.length; i += 2) {
        const x = part[i] * scale - left;
        const y = part[i + 1] * scale - top;
        if (i) context.lineTo(x, y);
        else context.moveTo(x, y);
      }
    }
  }

  /** Begin a path of all these places. A brush is {context, frame}. */
  function traceAll(brush, places) {
    brush.context.beginPath();
    for (const place of places) trace(brush, place);
  }

  gezhi.place = { read, isNear, traceAll };
})((window.gezhi = window.gezhi || {}));
