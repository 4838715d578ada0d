/* One place that is being pointed at: a pin that a click, Enter or the device itself puts down. */
(function (gezhi) {
  "use strict";

  const CLOSE_ZOOM = 17;
  const WAIT_MS = 15000;

  class Spot {
    constructor(conductor) {
      this.conductor = conductor;
      this.map = conductor.map;
      this.pin = null;
      this.told = null; // where the page said last that it is
    }

    update(options) {
      const first = !this.options;
      this.options = options;
      if (first && options.find && navigator.geolocation && window.isSecureContext) this.addFinder();
      const at = options.lat === undefined ? null : `${options.lat},${options.lon}`;
      if (at !== this.told) {
        this.told = at;
        if (at) this.show(L.latLng(options.lat, options.lon));
        else if (this.pin) this.take(null);
      }
      this.conductor.setState("ready");
    }

    remove() {
      this.take(null);
      if (this.finder) this.finder.remove();
    }

    moved() {}

    /** The page says where: the map goes there unless it is in sight. */
    show(latlng) {
      this.take(latlng);
      if (this.map.getZoom() < CLOSE_ZOOM - 1 || !this.map.getBounds().pad(-0.1).contains(latlng)) {
        this.map.setView(latlng, Math.max(CLOSE_ZOOM, this.map.getZoom()), { animate: false });
      }
    }

    take(latlng) {
      if (this.pin) this.pin.remove();
      this.pin = null;
      const data = this.map.getContainer().dataset;
      delete data.gezhiSpot;
      if (!latlng) return;
      const icon = L.divIcon({ className: "gz-spot-pin", iconSize: [28, 28], iconAnchor: [14, 14] });
      this.pin = L.marker(latlng, { icon, keyboard: false, interactive: false }).addTo(this.map);
      data.gezhiSpot = `${latlng.lat.toFixed(6)},${latlng.lng.toFixed(6)}`;
    }

    choose(latlng, accuracy) {
      this.take(latlng);
      const round = (degrees) => +degrees.toFixed(6);
      const at = { lat: round(latlng.lat), lon: round(latlng.wrap().lng) };
      this.told = `${at.lat},${at.lon}`;
      gezhi.report(this.map, { spot: at, accuracy: accuracy || null, stamp: Date.now() });
    }

    addFinder() {
      this.finder = L.control({ position: "topright" });
      this.finder.onAdd = () => {
        const bar = gezhi.element("div", "leaflet-bar leaflet-control");
        const link = gezhi.element("a", "gz-finder", { href: "#", role: "button", title: this.options.find });
        link.setAttribute("aria-label", this.options.find);
        link.textContent = "◎";
        L.DomEvent.on(link, "click", (event) => {
          L.DomEvent.stop(event);
          this.find();
        });
        bar.append(link);
        return bar;
      };
      this.finder.addTo(this.map);
    }

    find() {
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const latlng = L.latLng(coords.latitude, coords.longitude);
          this.show(latlng);
          this.choose(latlng, coords.accuracy);
        },
        () => this.conductor.notice.say("spot", this.options.unfound),
        { enableHighAccuracy: true, timeout: WAIT_MS },
      );
    }
  }

  gezhi.parts = { ...gezhi.parts, spot: Spot };
})((window.gezhi = window.gezhi || {}));
