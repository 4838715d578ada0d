/* A picture of what is seen, to be kept: a PNG in twice the screen's detail, or an SVG with everything as vectors. */
(function (gezhi) {
  "use strict";

  const DETAIL = 2;

  /**
   * Make a file of the map as it is now.
   *
   * `form` is "png" or "svg"; `about` is {title, words, lines, north, record}: what stands above and below the
   * map, and a record for programs. Resolves to a Blob.
   */
  async function picture(map, form, about) {
    const container = map.getContainer();
    const style = getComputedStyle(container);
    const paper = new gezhi.PicturePaper({
      size: map.getSize(),
      about,
      keys: gezhi.pictureKey.keysOf(container),
      metres: gezhi.projection.metresPerPixel(map.getCenter().lat, map.getZoom()),
      north: about.north,
      colours: {
        ground: style.getPropertyValue("--gz-solid"),
        ink: style.getPropertyValue("--gz-ink"),
        quiet: style.getPropertyValue("--gz-quiet"),
        land: style.backgroundColor,
      },
    });
    const sheets = gezhi.pictureMap.sheetsOf(map);
    return form === "svg" ? asVectors(paper, sheets, about) : asPixels(paper, sheets);
  }

  function canvasOf(width, height) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * DETAIL);
    canvas.height = Math.round(height * DETAIL);
    const context = canvas.getContext("2d");
    context.scale(DETAIL, DETAIL);
    return { canvas, context };
  }

  async function asPixels(paper, sheets) {
    const { x, y } = paper.map;
    const whole = canvasOf(paper.width, paper.height);
    whole.context.fillStyle = paper.colours.land;
    whole.context.fillRect(0, paper.top, x, y);
    for (const { draw, opacity, clip } of sheets) {
      const sheet = canvasOf(x, y);
      draw(sheet.context, DETAIL);
      whole.context.save();
      whole.context.globalAlpha = opacity;
      if (clip) {
        whole.context.beginPath();
        whole.context.rect(clip[0], clip[1] + paper.top, clip[2], clip[3]);
        whole.context.clip();
      }
      whole.context.drawImage(sheet.canvas, 0, paper.top, x, y);
      whole.context.restore();
    }
    paper.draw(whole.context);
    const blob = await new Promise((resolve) => whole.canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new Error("the picture is too large for this browser");
    return blob;
  }

  async function asVectors(paper, sheets, about) {
    const { Context } = await import(`${gezhi.root}/assets/svgcanvas.js`);
    const root = make("svg", {
      width: paper.width,
      height: paper.height,
      viewBox: `0 0 ${paper.width} ${paper.height}`,
    });
    const { x, y } = paper.map;
    root.append(make("title", {}, about.title), make("desc", {}, [about.words, ...about.lines].join("\n")));
    root.append(make("metadata", {}, JSON.stringify(about.record)));
    root.append(make("rect", { x: 0, y: paper.top, width: x, height: y, fill: paper.colours.land }));
    for (const { draw, opacity, clip } of sheets) {
      const [cx, cy, width, height] = clip || [0, 0, x, y];
      const frame = make("svg", { x: cx, y: paper.top + cy, width, height, viewBox: `${cx} ${cy} ${width} ${height}` });
      const group = make("g", { opacity });
      group.append(...drawn(Context, x, y, (context) => draw(context, 1)));
      frame.append(group);
      root.append(frame);
    }
    root.append(...drawn(Context, paper.width, paper.height, (context) => paper.draw(context)));
    const text = new XMLSerializer().serializeToString(root);
    return new Blob([`<?xml version="1.0" encoding="UTF-8"?>\n${text}`], { type: "image/svg+xml" });
  }

  function drawn(Context, width, height, draw) {
    const context = new Context(width, height);
    draw(context);
    return [...context.getSvg().childNodes];
  }

  function make(name, attributes, text) {
    const made = L.SVG.create(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  gezhi.picture = picture;
})((window.gezhi = window.gezhi || {}));
