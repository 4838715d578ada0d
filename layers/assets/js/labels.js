/* Names of streets and places above the cells: along a street where it is straight, never one over another. */
(function (gezhi) {
  "use strict";

  const FONT = '"Source Sans", system-ui, "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif';

  const INK = {
    light: {
      street: "#54462b",
      compound: "#3d3a33",
      quiet: "#5b5a55",
      water: "#2f6287",
      park: "#3f6b35",
      halo: "rgba(255, 255, 255, 0.88)",
    },
    dark: {
      street: "#ece2c6",
      compound: "#e6ebf0",
      quiet: "#b8c2cc",
      water: "#9dc9e6",
      park: "#a8d3a0",
      halo: "rgba(12, 16, 21, 0.86)",
    },
  };

  /** From which zoom a kind has its name, how large, and in which ink; the first kinds win a place. */
  const STYLES = [
    { kind: "district", from: 10, to: 13, size: 14, weight: 600, ink: "compound" },
    { kind: "street", level: "main", from: 13, size: 12.5, weight: 600, ink: "street" },
    { kind: "compound", from: 15, size: 12.5, weight: 600, ink: "compound" },
    { kind: "street_office", from: 12, to: 13, size: 12.5, weight: 600, ink: "quiet" },
    { kind: "community", from: 14, to: 15, size: 12, weight: 500, ink: "quiet" },
    { kind: "street", level: "side", from: 15, size: 12, weight: 500, ink: "street" },
    { kind: "park", from: 14, size: 11.5, weight: 500, ink: "park" },
    { kind: "water", from: 14, size: 11.5, weight: 500, ink: "water" },
    { kind: "school", from: 15, size: 11.5, weight: 500, ink: "compound" },
    { kind: "hospital", from: 15, size: 11.5, weight: 500, ink: "compound" },
    { kind: "market", from: 15, size: 11.5, weight: 500, ink: "compound" },
    { kind: "square", from: 15, size: 11.5, weight: 500, ink: "compound" },
    { kind: "street", level: "lane", from: 16, size: 11, weight: 400, ink: "street" },
    { kind: "window_unit", from: 16, size: 11, weight: 400, ink: "quiet" },
    { kind: "grid", from: 17, size: 10.5, weight: 400, ink: "quiet" },
    { kind: "railway", from: 15, size: 11, weight: 400, ink: "quiet" },
    { kind: "team", from: 17, size: 11, weight: 400, ink: "quiet" },
    { kind: "shop", from: 17, size: 10.5, weight: 400, ink: "quiet" },
  ];

  /** From close up streets are wide, and their names larger. */
  const CLOSE_FROM_ZOOM = 18;
  const CLOSE_SIZE = 1.15;
  const REPEAT_PX = 420;
  const SAME_NAME_APART_PX = 260;
  /** How much shorter the straight way may be than the street under a name. */
  const STRAIGHT = 0.985;
  const HAN = /\p{Script=Han}/u;

  gezhi.LabelCanvas = gezhi.CanvasLayer.extend({
    initialize(options) {
      gezhi.CanvasLayer.prototype.initialize.call(this, options);
      this.places = [];
      this.theme = "light";
      this.locale = "en";
    },

    setPlaces(places, theme, locale) {
      this.theme = theme;
      this.locale = locale;
      this.places = places;
      this.redraw();
    },

    draw(context, frame) {
      const taken = new Taken();
      const inks = INK[this.theme] || INK.light;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.lineJoin = "round";
      for (const style of STYLES) {
        if (frame.zoom < style.from || frame.zoom > (style.to || Infinity)) continue;
        const size = frame.zoom < CLOSE_FROM_ZOOM ? style.size : style.size * CLOSE_SIZE;
        context.font = `${style.weight} ${size}px ${FONT}`;
        context.fillStyle = inks[style.ink];
        context.strokeStyle = inks.halo;
        context.lineWidth = 3;
        for (const place of this.places) {
          if (!belongs(place, style) || !gezhi.place.isNear(place.box, frame)) continue;
          const name = nameOf(place, this.locale);
          if (!name) continue;
          const pen = { context, frame, taken, size, width: context.measureText(name).width };
          if (place.type === "line") nameLine(pen, place, name);
          else nameSpot(pen, place, name);
        }
      }
    },
  });

  function belongs(place, { kind, level }) {
    return place.kind === kind && (!level || place.level === level);
  }

  function nameOf(place, locale) {
    return place.about[`name_${locale.slice(0, 2)}`] || place.about.name || "";
  }

  /** Where names are already, and which. */
  class Taken {
    constructor() {
      this.boxes = [];
      this.names = new Map();
    }

    isFree(boxes) {
      return boxes.every(([x0, y0, x1, y1]) =>
        this.boxes.every((box) => x1 < box[0] || x0 > box[2] || y1 < box[1] || y0 > box[3]),
      );
    }

    isNamedNear(name, x, y) {
      return (this.names.get(name) || []).some(([a, b]) => Math.hypot(a - x, b - y) < SAME_NAME_APART_PX);
    }

    take(boxes, name, x, y) {
      this.boxes.push(...boxes);
      this.names.set(name, [...(this.names.get(name) || []), [x, y]]);
    }
  }

  function write(context, text, x, y) {
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }

  /** A name in the middle of an area, or beside a dot. */
  function nameSpot({ context, frame, taken, size, width }, place, name) {
    const [worldX, worldY] = middleOf(place);
    const x = worldX * frame.scale - frame.left;
    const y = worldY * frame.scale - frame.top + (place.type === "point" ? size : 0);
    if (place.type !== "point" && width > roomOf(place) * frame.scale * 1.25) return;
    const box = [x - width / 2 - 3, y - size / 2 - 2, x + width / 2 + 3, y + size / 2 + 2];
    if (!taken.isFree([box])) return;
    taken.take([box], name, x, y);
    write(context, name, x, y);
  }

  /** How wide a surface is, in world coordinates; a name that stands for one says it in millionths of a degree. */
  function roomOf(place) {
    return place.type === "name" ? place.about.span / 360e6 : place.box[2] - place.box[0];
  }

  /** The centre of gravity of a polygon's outer ring, or the point itself; worked out once. */
  function middleOf(place) {
    if (place.middle) return place.middle;
    const ring = place.parts[0];
    let area = 0;
    let x = 0;
    let y = 0;
    for (let i = 0; i + 3 < ring.length && place.type === "polygon"; i += 2) {
      const [ax, ay] = [ring[i] - ring[0], ring[i + 1] - ring[1]];
      const [bx, by] = [ring[i + 2] - ring[0], ring[i + 3] - ring[1]];
      const cross = ax * by - bx * ay;
      area += cross;
      x += (ax + bx) * cross;
      y += (ay + by) * cross;
    }
    place.middle = area ? [ring[0] + x / (3 * area), ring[1] + y / (3 * area)] : [ring[0], ring[1]];
    return place.middle;
  }

  /**
   * A name along each part of a street, at its middle and every few hundred pixels from there: fixed to the
   * street, so that names stay where they are while the map is panned.
   */
  function nameLine(pen, place, name) {
    const { frame } = pen;
    for (const part of place.parts) {
      const path = toPath(part, frame);
      for (let off = 0; off < path.length / 2 - pen.width / 2; off += REPEAT_PX) {
        nameAt(pen, path, path.length / 2 + off, name);
        if (off) nameAt(pen, path, path.length / 2 - off, name);
      }
    }
  }

  function nameAt({ context, frame, taken, size, width }, path, at, name) {
    const [ax, ay] = path.at(at - width / 2 - 4);
    const [bx, by] = path.at(at + width / 2 + 4);
    const [x, y] = [(ax + bx) / 2, (ay + by) / 2];
    if (x < -width || y < -width || x > frame.width + width || y > frame.height + width) return;
    const straight = Math.hypot(bx - ax, by - ay);
    if (straight < (width + 8) * STRAIGHT || taken.isNamedNear(name, x, y)) return;
    let angle = Math.atan2(by - ay, bx - ax);
    if (angle > Math.PI / 2) angle -= Math.PI;
    if (angle <= -Math.PI / 2) angle += Math.PI;
    const upright = HAN.test(name) && Math.abs(angle) > Math.PI / 4;
    const letters = [...name];
    const step = upright ? size * 1.12 : width / letters.length;
    const half = (step * (letters.length - 1)) / 2;
    const downwards = upright && angle < 0 ? angle + Math.PI : angle;
    const places = letters.map((_, i) => [
      x + Math.cos(downwards) * (i * step - half),
      y + Math.sin(downwards) * (i * step - half),
    ]);
    const reach = Math.max(size, step) / 2 + 1.5;
    const boxes = places.map(([px, py]) => [px - reach, py - reach, px + reach, py + reach]);
    if (!taken.isFree(boxes)) return;
    taken.take(boxes, name, x, y);
    if (upright) {
      letters.forEach((letter, i) => context.strokeText(letter, ...places[i]));
      letters.forEach((letter, i) => context.fillText(letter, ...places[i]));
      return;
    }
    context.save();
    context.translate(x, y);
    context.rotate(angle);
    write(context, name, 0, 0);
    context.restore();
  }

  /** A line in pixels that knows the place at each length along it. */
  function toPath(part, { scale, left, top }) {
    const xs = [];
    const ys = [];
    const lengths = [0];
    for (let i = 0; i < part.length; i += 2) {
      xs.push(part[i] * scale - left);
      ys.push(part[i + 1] * scale - top);
      const n = xs.length - 1;
      if (n) lengths.push(lengths[n - 1] + Math.hypot(xs[n] - xs[n - 1], ys[n] - ys[n - 1]));
    }
    const length = lengths[lengths.length - 1];
    const at = (wanted) => {
      const target = Math.min(Math.max(wanted, 0), length);
      let i = 1;
      while (i < lengths.length - 1 && lengths[i] < target) i++;
      const share = (target - lengths[i - 1]) / (lengths[i] - lengths[i - 1] || 1);
      return [xs[i - 1] + (xs[i] - xs[i - 1]) * share, ys[i - 1] + (ys[i] - ys[i - 1]) * share];
    };
    return { length, at };
  }
})((window.gezhi = window.gezhi || {}));
