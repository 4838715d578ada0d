/* Where the phone is. It is shown, and used to sort; it leaves the phone with an answer alone, if its owner allows. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const LOOK = { enableHighAccuracy: true, maximumAge: 10e3, timeout: 20e3 };
  /** A change below this is the noise of a phone that lies still. */
  const STILL_M = 4;

  /** Watch the position once `start` was called: `state` is "off", "asking", "on", "denied", "lost" or "insecure". */
  field.position = function () {
    const events = new EventTarget();
    const own = { state: "off", at: null };
    let watch = null;

    const emit = () => events.dispatchEvent(new Event("change"));

    function set(state) {
      if (own.state === state) return;
      own.state = state;
      emit();
    }

    function found({ coords }) {
      const at = { lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy };
      const moved = !own.at || field.metres(own.at, at) > STILL_M || own.at.accuracy !== at.accuracy;
      own.at = at;
      if (own.state !== "on") set("on");
      else if (moved) emit();
    }

    function failed({ code }) {
      if (code === 1) {
        own.at = null;
        stop("denied");
      } else set(own.at ? "on" : "lost");
    }

    function stop(state) {
      if (watch !== null) navigator.geolocation.clearWatch(watch);
      watch = null;
      set(state);
    }

    return Object.assign(own, {
      on: (act) => events.addEventListener("change", act),
      start() {
        if (!window.isSecureContext || !navigator.geolocation) return set("insecure");
        if (watch !== null) return undefined;
        set("asking");
        watch = navigator.geolocation.watchPosition(found, failed, LOOK);
        return undefined;
      },
      /** Start without asking where this browser was allowed before. */
      async resume() {
        if (!window.isSecureContext || !navigator.permissions) return;
        const permission = await navigator.permissions.query({ name: "geolocation" }).catch(() => null);
        if (permission?.state === "granted") this.start();
      },
    });
  };
})((window.gezhi = window.gezhi || {}));
