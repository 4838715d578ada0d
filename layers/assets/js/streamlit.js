/* Tell the page around the map what was selected: Streamlit through its component, others by an event. */
(function (gezhi) {
  "use strict";

  /** Tell the page something that is no selection. */
  gezhi.tell = function (value) {
    if (window.Streamlit) window.Streamlit.setComponentValue(value);
  };

  gezhi.report = function (map, value) {
    gezhi.tell(value);
    map.getContainer().dispatchEvent(new CustomEvent("gezhi:select", { detail: value, bubbles: true }));
  };

  /** The view as Python gets it. */
  gezhi.viewOf = function (map, resolution) {
    const centre = map.getCenter();
    const bounds = map.getBounds();
    const round = (degrees) => +degrees.toFixed(6);
    return {
      lat: round(centre.lat),
      lon: round(centre.lng),
      zoom: map.getZoom(),
      bounds: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map(round),
      resolution,
    };
  };
})((window.gezhi = window.gezhi || {}));
