/* The sheet over the lower part of the map: one view at a time, pulled up and down with the thumb. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const PEEK_PX = 148;
  const TOP_PX = 68; // what the bar at the top takes
  const FLICK_PX_PER_MS = 0.45;
  const TAP_PX = 6;
  const BESIDE_PX = 420; // on a wide screen, its edge from the left
  const WIDE = "(min-width: 760px)";

  /** A sheet in a box. A view is `{key, head, body, foot, size}`; the same key keeps where one has scrolled to. */
  field.sheet = function (box, { t, moved }) {
    const grip = field.h("button", { type: "button", class: "gf-grip", "aria-label": t("sheet_size") });
    const head = field.h("header", { class: "gf-head" });
    const body = field.h("div", { class: "gf-body", tabindex: "-1" });
    const foot = field.h("footer", { class: "gf-foot" });
    const sheet = field.h("section", { class: "gf-sheet", "aria-live": "off" }, grip, head, body, foot);
    box.append(sheet);
    const scrolled = new Map();
    const sizes = new Map(); // how large a view was left that is come back to
    let keeps = false;
    let size = "half";
    let key = null;
    let drag = null;

    const wide = () => window.matchMedia(WIDE).matches;
    const tallest = () => window.innerHeight - TOP_PX;
    const heights = () => ({
      peek: PEEK_PX,
      half: Math.round(window.innerHeight * 0.5),
      tall: Math.round(window.innerHeight * 0.66),
      full: tallest(),
    });

    function set(next) {
      size = next;
      sheet.style.height = `${heights()[size]}px`;
      sheet.dataset.size = size;
      moved();
    }

    function show(view) {
      if (key !== null) scrolled.set(key, body.scrollTop);
      if (keeps) sizes.set(key, size);
      const again = view.key === key;
      head.replaceChildren(...[view.head].flat(Infinity).filter(Boolean));
      body.replaceChildren(...[view.body].flat(Infinity).filter(Boolean));
      foot.replaceChildren(...[view.foot].flat(Infinity).filter(Boolean));
      foot.hidden = !foot.childElementCount;
      sheet.dataset.view = view.key.split("=")[0];
      key = view.key;
      body.scrollTop = again || view.keeps ? scrolled.get(key) || 0 : 0;
      keeps = Boolean(view.keeps);
      if (!again) set(view.size || sizes.get(key) || "half");
    }

    function begin(event) {
      if (wide() || event.target.closest("button:not(.gf-grip), a, input, textarea, select")) return;
      drag = { y: event.clientY, height: sheet.offsetHeight, at: event.timeStamp, last: event.clientY, speed: 0, far: 0 };
      for (const one of [grip, head]) if (one.contains(event.target)) one.setPointerCapture(event.pointerId);
      sheet.classList.add("gf-dragged");
    }

    function move(event) {
      if (!drag) return;
      const passed = Math.max(1, event.timeStamp - drag.at);
      drag.speed = (event.clientY - drag.last) / passed;
      Object.assign(drag, { at: event.timeStamp, last: event.clientY });
      drag.far = Math.max(drag.far, Math.abs(event.clientY - drag.y));
      const height = drag.height + drag.y - event.clientY;
      sheet.style.height = `${Math.max(PEEK_PX / 2, Math.min(tallest(), height))}px`;
    }

    function end(event) {
      if (!drag) return;
      const { far, speed } = drag;
      drag = null;
      sheet.classList.remove("gf-dragged");
      if (far < TAP_PX) {
        set(size);
        return;
      }
      event.preventDefault();
      const all = heights();
      const now = sheet.offsetHeight;
      const order = ["peek", "half", "full"];
      let next = order.reduce((best, one) => (Math.abs(all[one] - now) < Math.abs(all[best] - now) ? one : best));
      if (speed < -FLICK_PX_PER_MS) next = order.find((one) => all[one] > now - 1) || "full";
      if (speed > FLICK_PX_PER_MS) next = order.findLast((one) => all[one] < now + 1) || "peek";
      set(next);
    }

    for (const one of [grip, head]) {
      one.addEventListener("pointerdown", begin);
      one.addEventListener("pointermove", move);
      one.addEventListener("pointerup", end);
      one.addEventListener("pointercancel", end);
    }
    grip.addEventListener("click", () => set({ peek: "half", half: "full", tall: "full", full: "peek" }[size]));
    window.addEventListener("resize", () => set(size));
    set("half");

    return {
      show,
      set,
      get size() {
        return size;
      },
      /** How many pixels of the map it covers: at the bottom, or on a wide screen at the left. */
      cover: () => (wide() ? 0 : Math.min(heights()[size], heights().tall)),
      beside: () => (wide() ? BESIDE_PX : 0),
    };
  };
})((window.gezhi = window.gezhi || {}));
