/* A short word at the bottom of the page: what has just happened, and the way back. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const SHOWN_MS = 4000;

  /** `say(words, {actions: [{words, press}], ms, tone})` shows one word at a time; the newest wins. */
  field.toast = function (box) {
    const place = field.h("div", { class: "gf-toasts", role: "status", "aria-live": "polite" });
    box.append(place);
    let timer = null;

    function clear() {
      clearTimeout(timer);
      place.replaceChildren();
    }

    return {
      clear,
      say(words, { actions = [], ms = SHOWN_MS, tone = "", icon = null } = {}) {
        clear();
        const buttons = actions.map((one) =>
          field.button(one.words, { look: "gf-toast-act", press: () => (clear(), one.press()) }),
        );
        const shown = field.h("div", { class: `gf-toast ${tone}` }, icon ? field.icon(icon) : null, field.h("p", {}, words), buttons);
        shown.style.setProperty("--gf-ms", `${ms}ms`);
        place.append(shown);
        timer = setTimeout(clear, ms);
      },
    };
  };
})((window.gezhi = window.gezhi || {}));
