/* Streets, areas, water and the like on one canvas under the cells. */
(function (gezhi) {
  "use strict";

  const { isNear, traceAll } = gezhi.place;

  const COLOURS = {
    light: {
      water: "#bdd8e8",
      park: "#d2e5c4",
      school: "#efe2c0",
      market: "#f0d9c6",
      compound: "#e6e0d2",
      compoundEdge: "#cfc6b3",
      schoolEdge: "#d8c795",
      hospital: "#f2d9d9",
      hospitalEdge: "#dcb5b5",
      marketEdge: "#dab99f",
      square: "#e9e4da",
      squareEdge: "#cfc8b9",
      parkEdge: "#b3cda0",
      casing: "#d3ccbd",
      thin: "#d3ccbd",
      mainThin: "#dcbd6c",
      street: "#ffffff",
      main: "#fdeebf",
      mainFar: "#f5d282",
      mainCasing: "#cfb26b",
      railway: "#a9a397",
      railwayGap: "#f1efea",
      boundary: "#6d5f86",
      area: "#8b7fa3",
      dot: "#7b705c",
      trace: "rgba(255, 252, 244, 0.55)",
    },
    dark: {
      water: "#1c3a4e",
      park: "#1d3227",
      school: "#35301f",
      market: "#39291f",
      compound: "#222b35",
      compoundEdge: "#33404d",
      schoolEdge: "#4d4630",
      hospital: "#38242a",
      hospitalEdge: "#523840",
      marketEdge: "#543d2f",
      square: "#272c33",
      squareEdge: "#3a424c",
      parkEdge: "#2b4a38",
      casing: "#10151b",
      thin: "#303b48",
      mainThin: "#5a6a7c",
      street: "#374453",
      main: "#4b5a6b",
      mainFar: "#6a7b8e",
      mainCasing: "#12181f",
      railway: "#5a6673",
      railwayGap: "#171d24",
      boundary: "#a597c4",
      area: "#7a6f94",
      dot: "#8a97a5",
      trace: "rgba(67, 81, 97, 0.6)",
    },
  };

  const DASHES_FROM_ZOOM = 12;
  const EDGES_FROM_ZOOM = 14;
  /** A street narrower than this is one line. */
  const SURFACE_FROM_PX = 1.2;
  const TRACE_FROM_PX = 1.5;
  const NEAR_FROM_ZOOM = 13;

  /** Width of streets in pixels by zoom; between two zooms it grows evenly. */
  const WIDTHS = {
    main: [[9, 0.6], [12, 1.8], [14, 4], [16, 9], [18, 20], [19, 34]],
    side: [[11, 0.4], [13, 1.2], [15, 3.4], [16, 6], [18, 14], [19, 24]],
    lane: [[14, 0.5], [15, 1.4], [16, 2.6], [18, 7], [19, 12]],
  };

  const AREAS = { community: 13, street_office: 12, area: 12, grid: 15 };
  const OUTER = ["province", "city", "district", "boundary"];
  const GROUNDS = ["compound", "school", "hospital", "market", "square", "park", "water"];
  /** Kinds that are drawn as they are meant; anything else is an outline or a dot from close up. */
  const DOTS_FROM_ZOOM = { shop: 17, team: 16, window_unit: 15 };
  const OTHERS_FROM_ZOOM = 16;

  function levelOf(place) {
    return WIDTHS[place.level] ? place.level : "side";
  }

  function widthAt(zoom, stops) {
    if (zoom < stops[0][0]) return 0;
    for (let i = 1; i < stops.length; i++) {
      const [before, thin] = stops[i - 1];
      const [at, thick] = stops[i];
      if (zoom <= at) return thin + ((thick - thin) * (zoom - before)) / (at - before);
    }
    return stops[stops.length - 1][1];
  }

  gezhi.PlaceCanvas = gezhi.CanvasLayer.extend({
    initialize(options) {
      gezhi.CanvasLayer.prototype.initialize.call(this, options);
      this.byKind = new Map();
      this.theme = "light";
    },

    setPlaces(places, theme) {
      this.theme = theme;
      this.byKind = new Map();
      for (const place of places) {
        if (!this.byKind.has(place.kind)) this.byKind.set(place.kind, []);
        this.byKind.get(place.kind).push(place);
      }
      this.redraw();
    },

    draw(context, frame) {
      const brush = { context, frame, colours: COLOURS[this.theme] || COLOURS.light };
      const near = (kind) => (this.byKind.get(kind) || []).filter((place) => isNear(place.box, frame));
      context.lineJoin = "round";
      for (const kind of GROUNDS) drawGrounds(brush, kind, near(kind));
      drawRailways(brush, near("railway"));
      drawStreets(brush, near("street"));
      for (const [kind, from] of Object.entries(AREAS)) {
        if (frame.zoom < from) continue;
        drawEdges(brush, near(kind), brush.colours.area, kind === "grid" ? 0.6 : 1.2, [5, 4]);
      }
      // From far away dashes of a coast or of many districts only make noise.
      const [edge, dash] = frame.zoom < DASHES_FROM_ZOOM ? [1, []] : [2, [10, 5]];
      drawEdges(brush, OUTER.flatMap(near), brush.colours.boundary, edge, dash);
      const known = new Set([...GROUNDS, ...Object.keys(AREAS), "railway", "street", ...OUTER]);
      for (const kind of this.byKind.keys()) if (!known.has(kind)) drawOthers(brush, kind, near(kind));
    },
  });

  /** Streets once more as thin lines over the cells, so that one sees which street a cell lies on. */
  gezhi.TraceCanvas = gezhi.CanvasLayer.extend({
    initialize(options) {
      gezhi.CanvasLayer.prototype.initialize.call(this, options);
      this.streets = [];
      this.theme = "light";
    },

    setPlaces(places, theme) {
      this.streets = places.filter((place) => place.kind === "street");
      this.theme = theme;
      this.redraw();
    },

    draw(context, frame) {
      const brush = { context, frame };
      context.strokeStyle = (COLOURS[this.theme] || COLOURS.light).trace;
      context.lineJoin = "round";
      for (const level of Object.keys(WIDTHS)) {
        const width = widthAt(frame.zoom, WIDTHS[level]);
        if (width < TRACE_FROM_PX) continue;
        traceAll(brush, this.streets.filter((place) => levelOf(place) === level && isNear(place.box, frame)));
        context.lineWidth = Math.min(Math.max(0.8, width * 0.3), 3);
        context.stroke();
      }
    },
  });

  function drawGrounds(brush, kind, places) {
    const { context, colours, frame } = brush;
    const surfaces = places.filter((place) => place.type === "polygon");
    const lines = places.filter((place) => place.type === "line");
    traceAll(brush, surfaces);
    context.fillStyle = colours[kind];
    context.fill();
    const edge = colours[`${kind}Edge`];
    if (edge) {
      // A surface from a tile has edges where the tile ends; its own come as lines.
      if (frame.zoom >= EDGES_FROM_ZOOM) {
        drawEdges(brush, [...surfaces.filter((place) => !place.cut), ...lines], edge, 1, []);
      }
    } else if (lines.length) {
      drawEdges(brush, lines, colours[kind], Math.max(1, frame.zoom - 11), []);
    }
  }

  function drawRailways(brush, places) {
    const { context, colours, frame } = brush;
    if (!places.length || frame.zoom < 10) return;
    const width = frame.zoom < 14 ? 1.6 : 3;
    traceAll(brush, places);
    context.strokeStyle = colours.railway;
    context.lineWidth = width;
    context.stroke();
    if (frame.zoom < 13) return;
    context.strokeStyle = colours.railwayGap;
    context.lineWidth = width - 1.4;
    context.setLineDash([7, 7]);
    context.stroke();
    context.setLineDash([]);
  }

  /** All edges before all surfaces, so that crossings are open; narrow streets before wide ones. */
  function drawStreets(brush, places) {
    const { context, colours, frame } = brush;
    // A thin line needs a strong colour.
    const main = frame.zoom < NEAR_FROM_ZOOM ? colours.mainFar : colours.main;
    const levels = ["lane", "side", "main"].map((level) => ({
      width: widthAt(frame.zoom, WIDTHS[level]),
      places: places.filter((place) => levelOf(place) === level),
      fill: level === "main" ? main : colours.street,
      edge: level === "main" ? colours.mainCasing : colours.casing,
      thin: level === "main" ? colours.mainThin : colours.thin,
    }));
    context.lineCap = "round";
    for (const { width, places: some, edge, thin } of levels) {
      if (!width) continue;
      traceAll(brush, some);
      context.strokeStyle = width < SURFACE_FROM_PX ? thin : edge;
      context.lineWidth = width + (width > 2 ? 2 : 0.6);
      context.stroke();
    }
    for (const { width, places: some, fill } of levels) {
      if (width < SURFACE_FROM_PX) continue;
      traceAll(brush, some);
      context.strokeStyle = fill;
      context.lineWidth = width;
      context.stroke();
    }
    context.lineCap = "butt";
  }

  function drawEdges(brush, places, colour, width, dash) {
    if (!places.length) return;
    const { context } = brush;
    traceAll(brush, places);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.stroke();
    context.setLineDash([]);
  }

  function drawOthers(brush, kind, places) {
    const { context, colours, frame } = brush;
    if (frame.zoom < (DOTS_FROM_ZOOM[kind] || OTHERS_FROM_ZOOM)) return;
    drawEdges(brush, places.filter((place) => place.type !== "point"), colours.area, 1, []);
    context.fillStyle = colours.dot;
    context.beginPath();
    for (const place of places) {
      if (place.type !== "point") continue;
      const x = place.parts[0][0] * frame.scale - frame.left;
      const y = place.parts[0][1] * frame.scale - frame.top;
      context.moveTo(x, y);
      context.arc(x, y, kind === "shop" ? 1.8 : 3, 0, 2 * Math.PI);
    }
    context.fill();
  }
})((window.gezhi = window.gezhi || {}));
