/* The map's frame, as the page around it sees it: tell it what to show, and know when that is painted. */
(function (gezhi) {
  "use strict";

  const GIVE_UP_MS = 2000;

  /** The newest map: while one takes the place of another, both are there. */
  function inside() {
    const frames = [...document.querySelectorAll('iframe[title^="streamlit_folium"]')].reverse();
    for (const frame of frames) {
      try {
        if (frame.contentWindow.gezhi && frame.contentWindow.gezhi.steer) return frame.contentWindow;
      } catch {
        // a frame of somebody else
      }
    }
    return null;
  }

  /** Make the map show the reports of a filter; resolves when they are painted. */
  function steer(query, extra) {
    const map = inside();
    const expected = map && map.gezhi.steer(query, extra);
    return expected ? painted(map, expected) : Promise.resolve(false);
  }

  function painted(map, expected) {
    const begun = performance.now();
    return new Promise((resolve) => {
      const look = () => {
        const container = map.document.querySelector("[data-gezhi-query]");
        const { gezhiState: state, gezhiQuery: query } = container ? container.dataset : {};
        if (state && state !== "loading" && query === expected) resolve(true);
        else if (performance.now() - begun > GIVE_UP_MS) resolve(false);
        else requestAnimationFrame(look);
      };
      look();
    });
  }

  /** Have the map fetch what it will be asked to show next. */
  function ahead(query, extra) {
    const map = inside();
    if (map) map.gezhi.ahead(query, extra);
  }

  /** The classes with which the map would show a filter: the lowest figure of each; empty where it has none. */
  async function edgesOf(query) {
    const map = inside();
    return map ? map.gezhi.edgesOf(query) : [];
  }

  /** What keeps the colours of the map as they are now: the classes of cells, the end of the scale of heat. */
  function held() {
    const map = inside();
    const { edges = [], top = 0 } = (map && map.__gezhi) || {};
    return { edges: (edges || []).join(","), top: String(top || "") };
  }

  gezhi.frames = { inside, steer, ahead, edgesOf, held };
})((window.gezhi = window.gezhi || {}));
