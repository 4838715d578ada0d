/* What Streamlit mounts: each part of the explorer once for its place on the page, told anew at every run. */
(function (gezhi) {
  "use strict";

  const PARTS = { active: gezhi.Active, charts: gezhi.Charts, timeline: gezhi.Timeline };
  const mounted = new WeakMap(); // place -> {part, calls}

  gezhi.mount = function ({ parentElement, data, setStateValue }) {
    const place = mounted.get(parentElement) || { part: new PARTS[data.part](parentElement), calls: 0 };
    mounted.set(parentElement, place);
    const call = (place.calls += 1);
    place.part.update(data, setStateValue);
    // Streamlit also ends calls that a newer one overtook; only the newest one's end is the part's.
    return () => {
      if (place.calls !== call || mounted.get(parentElement) !== place) return;
      mounted.delete(parentElement);
      place.part.remove();
    };
  };
})((window.gezhi = window.gezhi || {}));
