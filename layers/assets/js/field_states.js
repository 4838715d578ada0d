/* What is shown instead of the map and the list: no link, a link that was taken back, no answer, no team. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const { h, icon, button } = field;
  const SIGNS = { link: "link", revoked: "link", offline: "cloud_off", failed: "warn", refused: "warn" };

  /** The token in a link that somebody pasted, or the bare token. */
  field.tokenOf = function (text) {
    const found = /[#&?]k=([^&#\s]+)/.exec(text);
    const bare = found ? found[1] : text.trim();
    return /^[\w-]{12,}$/.test(bare) ? bare : "";
  };

  /** A page of one sentence and one way on. `state` is "link", "revoked", "offline", "failed" or "refused". */
  field.stateView = function (app, state, words = "") {
    const { t, count } = app.text;
    const waits = app.queue?.waiting.length || 0;
    return h(
      "div",
      { class: "gf-state", "data-state": state },
      h("div", { class: "gf-state-sign" }, icon(SIGNS[state])),
      h("h1", {}, t(`${state}_title`)),
      h("p", {}, state === "refused" ? words : t(`${state}_text`)),
      words && state === "failed" ? h("p", { class: "gf-quiet" }, words) : null,
      waits ? h("p", { class: "gf-note" }, icon("cloud"), h("span", {}, count("state_waiting", waits))) : null,
      state === "link" || state === "revoked" ? entry(app, state) : button(t("retry"), { icon: "refresh", look: "gf-primary", press: () => app.start() }),
    );
  };

  function entry(app, state) {
    const { t } = app.text;
    const input = h("input", {
      class: "gf-input",
      type: "text",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      placeholder: t("link_placeholder"),
      "aria-label": t("link_placeholder"),
    });
    const fault = h("p", { class: "gf-fault", role: "alert" });
    const enter = async (event) => {
      event.preventDefault();
      const token = field.tokenOf(input.value);
      fault.textContent = token ? "" : t("link_unclear");
      if (token) await app.enter(token);
    };
    return h(
      "form",
      { class: "gf-entry", onsubmit: enter },
      input,
      fault,
      h("button", { type: "submit", class: "gf-button gf-primary" }, h("span", {}, t("link_enter"))),
      // A browser that is of a team is led back here from every other page, so it has to leave the team first.
      state === "revoked"
        ? button(t("leave"), { look: "gf-plain", press: app.part })
        : h("a", { class: "gf-button gf-plain", href: "/teams" }, h("span", {}, t("link_lead"))),
    );
  }
})((window.gezhi = window.gezhi || {}));
