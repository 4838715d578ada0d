/* Where the map begins: the box that the page wants to be seen, at whatever size the map turns out to have. */
(function (gezhi) {
  "use strict";

  const PADDING_PX = 12;
  const CLOSEST = 17;

  class Home {
    /** `box` is [west, south, east, north]; without one the map stays where folium put it. */
    constructor(map, box) {
      this.map = map;
      this.box = box;
      this.name = `${box || [map.getCenter(), map.getZoom()]}`; // other data begin elsewhere
      this.left = false; // once a person has moved the map it stays where it was moved to
      this.fitting = false;
      map.on("movestart", () => {
        this.left = this.left || !this.fitting;
      });
      this.fit();
    }

    /** Show the box, unless somebody has looked elsewhere already. */
    fit() {
      const { x, y } = this.map.getSize();
      if (!this.box || this.left || !x || !y) return; // a hidden map has no size yet
      const [west, south, east, north] = this.box;
      this.fitting = true;
      this.map.fitBounds(
        [
          [south, west],
          [north, east],
        ],
        { animate: false, padding: [PADDING_PX, PADDING_PX], maxZoom: CLOSEST },
      );
      this.fitting = false;
    }

    /** Start elsewhere: the address of the page says where. */
    leaveFor({ lat, lon, zoom }) {
      this.left = true;
      this.map.setView([lat, lon], zoom, { animate: false });
    }
  }

  gezhi.Home = Home;
})((window.gezhi = window.gezhi || {}));
