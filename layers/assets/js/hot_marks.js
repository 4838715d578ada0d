/* The marks of the classes of hot spots: few strokes each, drawn in a cell, a legend or a picture alike. */
(function (gezhi) {
  "use strict";

  /** Lines and dots around the middle of a hexagon whose corners are 1 away from it; y grows downwards. */
  const MARKS = {
    plus: { lines: [[-0.36, 0, 0.36, 0], [0, -0.36, 0, 0.36]] },
    run: { lines: [[-0.17, -0.34, -0.17, 0.34], [0.17, -0.34, 0.17, 0.34]] },
    up: { lines: [[-0.36, 0.06, 0, -0.32, 0.36, 0.06], [0, -0.28, 0, 0.4]] },
    down: { lines: [[-0.36, -0.06, 0, 0.32, 0.36, -0.06], [0, 0.28, 0, -0.4]] },
    bar: { lines: [[-0.4, 0, 0.4, 0]] },
    wave: { lines: [wave()] },
    cross: { lines: [[-0.28, -0.28, 0.28, 0.28], [-0.28, 0.28, 0.28, -0.28]] },
    ring: { rings: [[0, 0, 0.3]] },
    dots: { dots: [[-0.26, 0.18], [0.26, 0.18], [0, -0.26]] },
    one: { dots: [[0, 0]] },
    two: { dots: [[-0.22, 0], [0.22, 0]] },
    three: { dots: [[-0.36, 0], [0, 0], [0.36, 0]] },
  };
  const DOT = 0.12;
  const LINE = 0.15;
  const LEAST_LINE_PX = 1.2;
  /** The line within the edge of a cold cell. */
  const FRAME = 0.8;
  const FRAME_LINE = 0.07;

  function wave() {
    const steps = 12;
    return Array.from({ length: steps + 1 }, (_, i) => {
      const share = (2 * i) / steps - 1;
      return [share * 0.44, -Math.sin(share * Math.PI) * 0.2];
    }).flat();
  }

  /** Draw a mark in a colour around each place of [x, y, …]; `radius` is that of the hexagons, in pixels. */
  function draw(context, name, places, radius, ink) {
    const { lines = [], dots = [], rings = [] } = MARKS[name] || {};
    context.strokeStyle = context.fillStyle = ink;
    context.lineWidth = Math.max(LINE * radius, LEAST_LINE_PX);
    context.lineCap = context.lineJoin = "round";
    for (let at = 0; at < places.length; at += 2) {
      const [x, y] = [places[at], places[at + 1]];
      context.beginPath();
      for (const line of lines) {
        for (let i = 0; i < line.length; i += 2) {
          context[i ? "lineTo" : "moveTo"](x + line[i] * radius, y + line[i + 1] * radius);
        }
      }
      for (const [cx, cy, r] of rings) {
        context.moveTo(x + (cx + r) * radius, y + cy * radius);
        context.arc(x + cx * radius, y + cy * radius, r * radius, 0, 2 * Math.PI);
      }
      context.stroke();
      for (const [cx, cy] of dots) {
        context.beginPath();
        context.arc(x + cx * radius, y + cy * radius, DOT * radius, 0, 2 * Math.PI);
        context.fill();
      }
    }
  }

  /** A mark as a small drawing of its own, as large as the swatch that it lies in. */
  function drawing(name, ink, framed) {
    const { lines = [], dots = [], rings = [] } = MARKS[name] || {};
    const svg = L.SVG.create("svg");
    svg.setAttribute("viewBox", "-1 -1 2 2");
    svg.setAttribute("class", "gz-hot-mark");
    const add = (tag, attributes) => {
      const made = L.SVG.create(tag);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      svg.append(made);
    };
    const stroke = { fill: "none", stroke: ink, "stroke-width": LINE * 1.2, "stroke-linecap": "round" };
    if (framed) add("polygon", { points: frame(FRAME), fill: "none", stroke: ink, "stroke-width": FRAME_LINE * 1.6 });
    for (const line of lines) add("polyline", { points: line.join(" "), "stroke-linejoin": "round", ...stroke });
    for (const [cx, cy, r] of rings) add("circle", { cx, cy, r, ...stroke });
    for (const [cx, cy] of dots) add("circle", { cx, cy, r: DOT * 1.2, fill: ink });
    return svg;
  }

  /** The corners of a hexagon that stands on one of them. */
  function frame(size) {
    return Array.from({ length: 6 }, (_, i) => {
      const angle = (Math.PI / 3) * i + Math.PI / 6;
      return `${Math.cos(angle) * size},${Math.sin(angle) * size}`;
    }).join(" ");
  }

  gezhi.hotMarks = { draw, drawing, names: Object.keys(MARKS), FRAME, FRAME_LINE };
})((window.gezhi = window.gezhi || {}));
