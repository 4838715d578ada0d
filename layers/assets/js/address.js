/* The view in the address of the page around the map: lat, lon and zoom, beside whatever else is there. */
(function (gezhi) {
  "use strict";

  const WRITE_AFTER_MS = 250;
  const DECIMALS = 5; // about a metre

  class Address {
    /** `kept` says whether the page around the map keeps the view; a map that stands alone has no address. */
    constructor(map, home, kept) {
      this.map = map;
      this.home = home;
      this.others = new Map(); // name -> value: what else the map writes, empty for the usual
      this.page = kept ? pageAround() : null;
      if (!this.page) return;
      this.path = this.page.location.pathname;
      this.memory = `gezhi view ${this.path} ${home.name}`;
      map.on("moveend", () => this.writeSoon());
      this.watch();
    }

    /** The view that the address asks for, else the one that was left for another page; or null. */
    read() {
      if (!this.page) return null;
      return viewIn(new URL(this.page.location.href).searchParams) || viewIn(this.remembered());
    }

    /** Another parameter: the page's address says it, else it was left for another page; empty for none. */
    parameter(name) {
      if (!this.page) return "";
      const said = this.others.get(name) ?? new URL(this.page.location.href).searchParams.get(name);
      return said ?? this.remembered().get(name) ?? "";
    }

    /** Write another parameter into the address, and put it back whenever it is dropped; empty takes it out. */
    keep(name, value) {
      this.others.set(name, value);
      if (this.page) this.writeSoon();
    }

    /** Streamlit drops the parameters when one goes to another page: this tab keeps the view until then. */
    remembered() {
      try {
        return new URLSearchParams(this.page.sessionStorage.getItem(this.memory) || "");
      } catch {
        return new URLSearchParams(); // a browser that keeps nothing
      }
    }

    remember(kept) {
      try {
        this.page.sessionStorage.setItem(this.memory, new URLSearchParams(kept));
      } catch {
        // the address still has it
      }
    }

    writeSoon() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.write(), WRITE_AFTER_MS);
    }

    /** Merge the view into the address as it is now; on another page of the app there is nothing to write. */
    write() {
      const address = new URL(this.page.location.href);
      if (address.pathname !== this.path) return;
      const kept = [...(this.home.left ? this.view() : []), ...this.others];
      if (!kept.length) return;
      this.remember(kept);
      for (const [name, value] of kept) {
        if (value) address.searchParams.set(name, value);
        else address.searchParams.delete(name);
      }
      if (address.href === this.page.location.href) return;
      this.page.history.replaceState(this.page.history.state, "", address);
    }

    view() {
      const centre = this.map.getCenter();
      return [
        ["lat", centre.lat.toFixed(DECIMALS)],
        ["lon", centre.lng.toFixed(DECIMALS)],
        ["zoom", String(this.map.getZoom())],
      ];
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

  function viewIn(parameters) {
    const [lat, lon, zoom] = ["lat", "lon", "zoom"].map((name) => {
      const text = parameters.get(name);
      return text === null || text.trim() === "" ? NaN : Number(text);
    });
    const valid = Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 24;
    return valid ? { lat, lon, zoom: Math.round(zoom) } : null;
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
