/* The signs of the phone page, drawn by hand on a grid of 24: one stroke, round ends. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const PATHS = {
    alert: "M12 8v5M12 16.5v.1M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z",
    back: "M15 5l-7 7 7 7",
    camera: "M4 8h3.2l1.6-2.6h6.4L16.8 8H20v11H4zM12 10.2a3.2 3.2 0 1 0 0 6.4a3.2 3.2 0 0 0 0-6.4z",
    check: "M5 12.5l4.5 4.5L19 7.5",
    clock: "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17zM12 8v4.5l3 2",
    cloud: "M7 18.5a4 4 0 0 1-.3-8A5.6 5.6 0 0 1 17.4 9.6A4.5 4.5 0 0 1 17 18.5z",
    cloud_off: "M4 4l16 16M9.5 6.8a5.6 5.6 0 0 1 7.9 2.8A4.5 4.5 0 0 1 20 16.5M6.7 10.5a4 4 0 0 0 .3 8h9",
    close: "M6 6l12 12M18 6L6 18",
    dot: "M12 12v.01",
    hex: "M12 3.5l7.5 4.3v8.6L12 20.7l-7.5-4.3V7.8z",
    next: "M5 12h13M13 6.5l5.5 5.5-5.5 5.5",
    down: "M6 9.5l6 6 6-6",
    download: "M12 4v11M7.5 11L12 15.5 16.5 11M5 19.5h14",
    empty: "M12 3l8 4.5v9L12 21l-8-4.5v-9zM8.5 12.2l2.5 2.5 4.5-5",
    globe: "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c5 5 5 12 0 17c-5-5-5-12 0-17z",
    help: "M12 20.5a8.5 8.5 0 1 0 0-17a8.5 8.5 0 0 0 0 17zM9.6 9.5a2.5 2.5 0 1 1 3.5 2.3c-.8.4-1.1.9-1.1 1.7M12 16.6v.1",
    hot: "M12 21c3.9 0 6.5-2.5 6.5-6 0-4.5-4-6-4.5-11-3 1.5-4 4-3.8 6.5C9 9.8 8.5 9 8.3 8 6.5 10 5.5 12.5 5.5 15c0 3.5 2.6 6 6.5 6z",
    link: "M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1",
    list: "M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4.5 6.5h.1M4.5 12h.1M4.5 17.5h.1",
    locate: "M12 7.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 0 0 0-9zM12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3",
    menu: "M4.5 7h15M4.5 12h15M4.5 17h15",
    moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
    more: "M5.5 12h.1M12 12h.1M18.5 12h.1",
    note: "M5 5h14v10.5h-7L8 19v-3.5H5z",
    pin: "M12 21s6.5-6 6.5-11a6.5 6.5 0 1 0-13 0c0 5 6.5 11 6.5 11zM12 7.7a2.3 2.3 0 1 0 0 4.6a2.3 2.3 0 0 0 0-4.6z",
    play: "M8 5.5l10.5 6.5L8 18.5z",
    plus: "M12 5v14M5 12h14",
    refresh: "M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 3.5v4h-4",
    repeat: "M8 4h12v12M16 8v12H4V8z",
    report: "M5 21V4.5h12l-2.5 4 2.5 4H5",
    route: "M6 20a2 2 0 1 0 0-4a2 2 0 0 0 0 4zM18 8a2 2 0 1 0 0-4a2 2 0 0 0 0 4zM8 18h7a3 3 0 0 0 0-6H9a3 3 0 0 1 0-6h7",
    search: "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13zM15.5 15.5L20.5 20.5",
    send: "M4 12L20 4.5 15.5 20l-4-6.5zM11.5 13.5L20 4.5",
    swap: "M4 8.5h14M14.5 5L18 8.5 14.5 12M20 15.5H6M9.5 12L6 15.5 9.5 19",
    undo: "M8.5 5L4.5 9l4 4M4.5 9h9a5.5 5.5 0 0 1 0 11H9",
    walk: "M13 4.5a1 1 0 1 0 0-.1M9 21l2.5-6-2-2.5 1.5-5 3 1.5 1 2.5 2.5 1M11 12l2.5 3 1 6M11 7.5L7.5 10 7 13",
    warn: "M12 4l9 16H3zM12 10v4.5M12 17.2v.1",
  };

  const NAMESPACE = "http://www.w3.org/2000/svg";

  /** A sign by its name, for eyes alone. */
  field.icon = function (name) {
    const made = document.createElementNS(NAMESPACE, "svg");
    made.setAttribute("viewBox", "0 0 24 24");
    made.setAttribute("class", `gf-icon gf-icon-${name}`);
    made.setAttribute("aria-hidden", "true");
    const path = made.appendChild(document.createElementNS(NAMESPACE, "path"));
    path.setAttribute("d", PATHS[name] || "");
    return made;
  };
})((window.gezhi = window.gezhi || {}));
