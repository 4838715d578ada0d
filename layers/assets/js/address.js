/* The view in the address of the page around the map: lat, lon and zoom, beside whatever else is there. */
(function (gezhi) {
  "use strict";

  const WRITE_AFTER_MS = 250;
  const DECIMALS = 5; // about a metre

  class Address {
    constructor(map, home) {
      this.map = map;
      this.home = home;
      this.page = pageAround();
      if (!this.page) return;
      this.path = this.page.location.pathname;
      map.on("moveend", () => this.writeSoon());
      this.watch();
    }

    /** The view that the address asks for, or null. */
    read() {
      if (!this.page) return null;
      const wanted = new URL(this.page.location.href).searchParams;
      const [lat, lon, zoom] = ["lat", "lon", "zoom"].map((name) => {
        const text = wanted.get(name);
        return text === null || text.trim() === "" ? NaN : Number(text);
      });
      const valid = Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 24;
      return valid ? { lat, lon, zoom: Math.round(zoom) } : null;
    }

    writeSoon() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.write(), WRITE_AFTER_MS);
    }

    /** Merge the view into the address as it is now; on another page of the app there is nothing to write. */
    write() {
      if (!this.home.left) return;
      const address = new URL(this.page.location.href);
      if (address.pathname !== this.path) return;
      const centre = this.map.getCenter();
      address.searchParams.set("lat", centre.lat.toFixed(DECIMALS));
      address.searchParams.set("lon", centre.lng.toFixed(DECIMALS));
      address.searchParams.set("zoom", String(this.map.getZoom()));
      if (address.href === this.page.location.href) return;
      this.page.history.replaceState(this.page.history.state, "", address);
    }

    /** Streamlit writes the whole address when a page sets its parameters: put the view back after that. */
    watch() {
      const rewritten = () => this.writeSoon();
      if (this.page.navigation) {
        this.page.navigation.addEventListener("currententrychange", rewritten);
        window.addEventListener("pagehide", () =>
          this.page.navigation.removeEventListener("currententrychange", rewritten),
        );
      }
      window.addEventListener("message", (event) => {
        if (event.data && event.data.type === "streamlit:render") rewritten();
      });
    }
  }

  /** The window whose address a reader sees; null where it belongs to somebody else. */
  function pageAround() {
    try {
      return window.parent.location.href && window.parent;
    } catch {
      return null;
    }
  }

  gezhi.Address = Address;
})((window.gezhi = window.gezhi || {}));
