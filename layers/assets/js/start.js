/* Runs in the page itself before Streamlit does: the language of the page, and a pulse while it is being built.

   Streamlit builds a page over a websocket, which tools that wait for the network do not see: a browser that prints
   or takes a picture of a page would show it empty. So as long as the page is not built, a small request is always
   on its way; when the map (or a page without one) is there, the last one ends. */
(function () {
  "use strict";

  const PAUSE_MS = 60;
  const SETTLE_PULSES = 10; // charts beside the map are drawn a little later
  const MOST_PULSES = 120;

  const wanted = new URL(location.href).searchParams.get("lang") || navigator.language || "en";
  document.documentElement.lang = wanted.toLowerCase().startsWith("zh") ? "zh-CN" : "en";

  // Streamlit writes each choice into the address but does not read it again when one goes back in the history.
  window.addEventListener("popstate", () => location.reload());

  function isBuilt() {
    const frame = document.querySelector('iframe[title^="streamlit_folium"]');
    if (frame) {
      const map = frame.contentDocument && frame.contentDocument.querySelector("[data-gezhi-state]");
      return map !== null && map.dataset.gezhiState !== "loading";
    }
    const app = document.querySelector('[data-testid="stApp"]');
    return app !== null && app.dataset.testScriptState === "notRunning" && app.querySelector("h4") !== null;
  }

  async function pulse() {
    let settled = 0;
    for (let sent = 0; sent < MOST_PULSES && settled < SETTLE_PULSES; sent++) {
      await fetch("/api/pulse", { cache: "no-store" }).catch(() => null);
      await new Promise((resume) => setTimeout(resume, PAUSE_MS));
      if (isBuilt()) settled++;
    }
  }

  // The map's own frame is a page too; it is part of what the page around it waits for.
  if (window.parent === window) pulse();
})();
