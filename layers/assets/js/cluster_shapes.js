/* What clusters and single reports look like: a ring of the categories' shares, a dot, a camera, a dashed circle. */
(function (gezhi) {
  "use strict";

  const TURN = 2 * Math.PI;
  const TOP = -TURN / 4;
  /** From this size on a cluster has room for the line of its open share. */
  const ROOMY_PX = 14;
  /** Of its height. */
  const DIGIT_WIDTH = 0.6;
  /** Closer than this share of both radii, one number would hide another. */
  const OVERLAP = 0.8;
  const TEXT_FONT = '"Source Sans", system-ui, "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif';

  /** The outer radius of a cluster in pixels: ten times as many reports add some four. */
  function radiusOf(n) {
    return 8.5 + 4.3 * Math.log10(n);
  }

  /**
   * Join clusters that would lie on each other at a scale: the larger takes the smaller ones, the largest first.
   * Reports, parts and boxes are summed up, so what is drawn counts as before.
   */
  function joined(clusters, scale) {
    const room = (one, other) => OVERLAP * (radiusOf(one.n) + radiusOf(other.n));
    const away = (one, other) => Math.hypot(one.x - other.x, one.y - other.y) * scale;
    let groups = clusters.filter(({ n }) => n > 1).map((group) => ({ ...group, kinds: [...group.kinds] }));
    let before = Infinity;
    while (groups.length < before) {
      before = groups.length;
      const kept = [];
      for (const group of groups.sort((a, b) => b.n - a.n)) {
        const near = kept.find((other) => away(group, other) < room(group, other));
        if (near) join(near, group);
        else kept.push(group);
      }
      groups = kept;
    }
    return [...clusters.filter(({ n }) => n === 1), ...groups];
  }

  function join(cluster, other) {
    const share = other.n / (cluster.n + other.n);
    for (const axis of ["lon", "lat", "x", "y"]) cluster[axis] += (other[axis] - cluster[axis]) * share;
    cluster.n += other.n;
    cluster.open += other.open;
    if (cluster.reports) cluster.reports = [...cluster.reports, ...other.reports];
    other.kinds.forEach((count, kind) => (cluster.kinds[kind] += count));
    cluster.box = cluster.box.map((side, i) => (i < 2 ? Math.min(side, other.box[i]) : Math.max(side, other.box[i])));
  }

  /** Draw a cluster. A brush is {context, colours, ink, halo, ground, number}. */
  function drawGroup(brush, x, y, { n, open, kinds }, chosen) {
    const { context, colours, ink, halo, ground, quiet } = brush;
    const radius = radiusOf(n);
    const ring = Math.max(3.5, radius * 0.24);
    disc(context, x, y, radius + (chosen ? 3.5 : 1.5), chosen ? ink : halo);
    disc(context, x, y, radius, ground);
    context.lineWidth = ring;
    let from = TOP;
    kinds.forEach((count, kind) => {
      if (!count) return;
      const to = from + (TURN * count) / n;
      arc(context, x, y, radius - ring / 2, from, to, colours[kind] || colours[colours.length - 1]);
      from = to;
    });
    if (radius >= ROOMY_PX && open) {
      context.lineWidth = 1.6;
      const inner = radius - ring - 1.8;
      if (open < n) arc(context, x, y, inner, TOP, TOP + TURN, quiet);
      arc(context, x, y, inner, TOP, TOP + (TURN * open) / n, ink);
    }
    const text = brush.number(n);
    const fitting = (1.75 * (radius - ring)) / (text.length * DIGIT_WIDTH);
    context.fillStyle = ink;
    context.font = `600 ${Math.min(13.5, Math.max(8.5, Math.min(radius * 0.64, fitting))).toFixed(1)}px ${TEXT_FONT}`;
    context.fillText(text, x, y + 0.5);
  }

  /** Draw a single report: a dot while something is left to do, a ring when it is done. */
  function drawSingle(brush, x, y, { done, photos, doubted, kind }, large, chosen) {
    const { context, colours, ink, halo, ground, accent } = brush;
    const colour = colours[kind];
    const radius = (done ? large * 0.85 : large) + (chosen ? 2 : 0);
    disc(context, x, y, radius + 1.5, halo);
    if (done) {
      disc(context, x, y, radius, ground);
      context.lineWidth = Math.max(1.6, large * 0.42);
      arc(context, x, y, radius - context.lineWidth / 2, 0, TURN, chosen ? accent : colour);
    } else {
      disc(context, x, y, radius, chosen ? accent : colour);
    }
    if (doubted) {
      context.setLineDash([2.5, 2.5]);
      context.lineWidth = 1.4;
      arc(context, x, y, radius + 4, 0, TURN, ink);
      context.setLineDash([]);
    }
    if (photos) drawCamera(context, x + radius * 0.7 + 5, y - radius * 0.7 - 4, ink, halo);
  }

  /** A small camera with its middle at x, y. */
  function drawCamera(context, x, y, ink, halo) {
    const body = () => {
      context.beginPath();
      context.rect(x - 4.5, y - 2.5, 9, 6.5);
      context.rect(x - 1.8, y - 4, 3.6, 2);
    };
    body();
    context.lineWidth = 2.5;
    context.strokeStyle = halo;
    context.stroke();
    context.fillStyle = ink;
    context.fill();
    disc(context, x, y + 0.8, 1.7, halo);
  }

  function disc(context, x, y, radius, colour) {
    context.beginPath();
    context.arc(x, y, radius, 0, TURN);
    context.fillStyle = colour;
    context.fill();
  }

  function arc(context, x, y, radius, from, to, colour) {
    context.beginPath();
    context.arc(x, y, radius, from, to);
    context.strokeStyle = colour;
    context.stroke();
  }

  gezhi.clusterShapes = { joined, radiusOf, drawGroup, drawSingle, disc };
})((window.gezhi = window.gezhi || {}));
