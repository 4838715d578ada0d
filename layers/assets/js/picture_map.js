/* The layers of a map as sheets: each can be drawn once more, on a finer canvas or as vectors. */
(function (gezhi) {
  "use strict";

  const { worldX, worldY, TILE_PX } = gezhi.projection;

  /** What is drawn on the map now, from the ground up: [{draw(context, ratio), opacity, clip}]. */
  function sheetsOf(map) {
    const layers = [];
    map.eachLayer((layer) => {
      if (layer instanceof gezhi.CanvasLayer && isShown(layer.canvas)) layers.push(layer);
    });
    return layers
      .map((layer) => [Number(getComputedStyle(layer.getPane()).zIndex) || 0, layer])
      .sort(([a], [b]) => a - b)
      .map(([, layer]) => ({
        draw: (context, ratio) => layer.draw(context, { ...frameOf(map), ratio, picture: true }),
        opacity: Number(getComputedStyle(layer.canvas).opacity),
        clip: layer.clip ? layer.clip() : null,
      }));
  }

  function isShown(canvas) {
    const style = getComputedStyle(canvas);
    return style.display !== "none" && style.visibility !== "hidden" && canvas.isConnected;
  }

  /** How world coordinates fall on a picture of just what is seen, without the margin of the canvases. */
  function frameOf(map) {
    const corner = map.containerPointToLatLng([0, 0]);
    const zoom = map.getZoom();
    const scale = TILE_PX * 2 ** zoom;
    const { x: width, y: height } = map.getSize();
    return { scale, left: worldX(corner.lng) * scale, top: worldY(corner.lat) * scale, width, height, zoom };
  }

  gezhi.pictureMap = { sheetsOf };
})((window.gezhi = window.gezhi || {}));
