/* Decode what layers/point_wire.py packs: clusters of reports, and reports that are alone. */
(function (gezhi) {
  "use strict";

  const { worldX, worldY } = gezhi.projection;
  const PER_DEGREE = 1e6;
  const PHOTOS = 1;
  const DOUBTED = 2;

  /**
   * Returns {meta, clusters}. A cluster is {lon, lat, x, y (world coordinates), n, open (reports), kinds (how many
   * of each), box (west, south, east, north)}; one of a single report has besides {id, category, status, photos,
   * doubted}.
   */
  function decode(buffer) {
    const { meta, n: m, numbers } = gezhi.shapes.open(buffer, "GZK1");
    const lon = positions(numbers.take(m));
    const lat = positions(numbers.take(m));
    const n = numbers.take(m);
    const open = numbers.take(m);
    const clusters = Array.from(n, (size, i) => ({
      lon: lon[i] / PER_DEGREE,
      lat: lat[i] / PER_DEGREE,
      x: worldX(lon[i] / PER_DEGREE),
      y: worldY(lat[i] / PER_DEGREE),
      n: size,
      open: open[i],
    }));
    readGroups(
      clusters.filter((cluster) => cluster.n > 1),
      numbers,
      meta,
    );
    readSingles(
      clusters.filter((cluster) => cluster.n === 1),
      numbers,
      meta,
    );
    return { meta, clusters };
  }

  function readGroups(groups, numbers, meta) {
    for (const group of groups) group.kinds = Array.from(numbers.take(meta.kinds.length + 1));
    const [west, south, east, north] = [1, 2, 3, 4].map(() => numbers.take(groups.length));
    const shifted = (degrees, by) => (Math.round(degrees * PER_DEGREE) + by) / PER_DEGREE;
    groups.forEach((group, i) => {
      group.box = [
        shifted(group.lon, -west[i]),
        shifted(group.lat, -south[i]),
        shifted(group.lon, east[i]),
        shifted(group.lat, north[i]),
      ];
    });
  }

  function readSingles(singles, numbers, meta) {
    const ids = positions(numbers.take(singles.length));
    const [category, status, flags] = [1, 2, 3].map(() => numbers.take(singles.length));
    singles.forEach((single, i) => {
      single.id = ids[i];
      single.category = meta.categories[category[i]];
      single.status = meta.statuses[status[i]];
      single.photos = Boolean(flags[i] & PHOTOS);
      single.doubted = Boolean(flags[i] & DOUBTED);
      single.kinds = kindsOf(single.category, meta.kinds);
      single.box = [single.lon, single.lat, single.lon, single.lat];
    });
  }

  /** The same from the rows of `/api/points`, for a page without a server: a cluster for each position. */
  function fromRows({ columns, rows, names }, done, most) {
    const reports = toReports({ columns, rows });
    const found = new Map();
    for (const report of reports) found.set(report.category, (found.get(report.category) || 0) + 1);
    const kinds = [...found.keys()].sort((a, b) => found.get(b) - found.get(a)).slice(0, most);
    const clusters = new Map();
    for (const report of reports) {
      const own = kindsOf(report.category, kinds);
      const open = done.has(report.status) ? 0 : 1;
      const key = `${report.lon} ${report.lat}`;
      const here = clusters.get(key);
      if (here) {
        here.n += 1;
        here.open += open;
        own.forEach((count, i) => (here.kinds[i] += count));
        here.reports.push(report);
        continue;
      }
      const { lon, lat } = report;
      const at = { x: worldX(lon), y: worldY(lat), box: [lon, lat, lon, lat] };
      clusters.set(key, { ...report, ...at, n: 1, open, kinds: own, reports: [report] });
    }
    const meta = { kinds, names, in_view: reports.length, total: reports.length };
    return { meta, clusters: [...clusters.values()] };
  }

  /** Rows as objects. */
  function toReports({ columns, rows }) {
    return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
  }

  function kindsOf(category, kinds) {
    const counts = new Array(kinds.length + 1).fill(0);
    const kind = kinds.indexOf(category);
    counts[kind < 0 ? kinds.length : kind] = 1;
    return counts;
  }

  /** Undo zigzag differences, in place. */
  function positions(numbers) {
    let at = 0;
    for (let i = 0; i < numbers.length; i++) {
      at += numbers[i] % 2 ? -(numbers[i] + 1) / 2 : numbers[i] / 2;
      numbers[i] = at;
    }
    return numbers;
  }

  gezhi.pointWire = { decode, fromRows, toReports };
})((window.gezhi = window.gezhi || {}));
