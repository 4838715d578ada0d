/* Look elsewhere because the page says so, once for each time that it does: a kept view is opened. */
(function (gezhi) {
  "use strict";

  const MEMORY = "gezhi went";
  const PADDING_PX = 24;
  const CLOSEST = 17;

  class Go {
    constructor({ map, home }) {
      this.map = map;
      this.home = home;
      this.done = null; // where a browser keeps nothing
    }

    /** `stamp` tells one call from the next: Python sends the last one with every run of the page. */
    update({ stamp, lat, lon, zoom, box }) {
      if (stamp === this.done || stamp === this.remembered()) return;
      this.remember(stamp);
      if (!box) {
        this.home.leaveFor({ lat, lon, zoom });
        return;
      }
      const [west, south, east, north] = box;
      this.home.left = true;
      this.map.fitBounds(
        [
          [south, west],
          [north, east],
        ],
        { animate: false, padding: [PADDING_PX, PADDING_PX], maxZoom: CLOSEST },
      );
    }

    remembered() {
      try {
        return window.sessionStorage.getItem(MEMORY);
      } catch {
        return null;
      }
    }

    remember(stamp) {
      this.done = stamp;
      try {
        window.sessionStorage.setItem(MEMORY, stamp);
      } catch {
        // then this map alone knows
      }
    }

    moved() {}

    remove() {}
  }

  gezhi.parts = { ...gezhi.parts, go: Go };
})((window.gezhi = window.gezhi || {}));
