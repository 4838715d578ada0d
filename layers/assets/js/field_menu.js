/* The menu: whose page this is, how it looks, what leaves the phone, what can be taken along. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const { h, icon, button } = field;
  const THEMES = ["auto", "light", "dark"];
  const LOCALES = { zh: "中文", en: "English" };

  field.menuView = function (app) {
    const { t } = app.text;
    const { day, settings } = app;
    const head = h(
      "div",
      { class: "gf-title gf-card-title" },
      button(t("back"), { icon: "back", look: "gf-round", hidden: true, press: app.back }),
      h("div", {}, h("h1", {}, day.team.name), h("p", { class: "gf-where" }, [day.city, day.edition?.name].filter(Boolean).join(" · "))),
    );
    const choices = (label, sign, options, chosen, press) =>
      h(
        "div",
        { class: "gf-setting" },
        icon(sign),
        h("span", { class: "gf-setting-name" }, label),
        h(
          "div",
          { class: "gf-switch", role: "group", "aria-label": label },
          options.map(([value, words]) => button(words, { look: value === chosen ? "gf-on" : "", "aria-pressed": String(value === chosen), press: () => press(value) })),
        ),
      );
    const place = h("input", { type: "checkbox", role: "switch", checked: settings.place, onchange: (event) => app.set("place", event.target.checked) });
    const body = [
      choices(t("theme"), "moon", THEMES.map((name) => [name, t(`theme_${name}`)]), settings.theme, (value) => app.set("theme", value)),
      app.host.alone ? null : choices(t("language"), "globe", Object.entries(LOCALES), app.page.locale, app.speak),
      h("label", { class: "gf-setting" }, icon("pin"), h("span", { class: "gf-setting-name" }, t("place_setting"), h("small", {}, t("place_setting_hint"))), place),
      app.host.alone ? null : links(app),
      app.host.alone ? null : leave(app),
      h("p", { class: "gf-quiet" }, t("as_of", { at: app.text.at(day.at) }), day.synthetic ? ` ${t("synthetic")}` : ""),
    ];
    return { key: "menu", head, body, size: "tall" };
  };

  function links(app) {
    const { t } = app.text;
    const team = app.page.team ? `?team=${encodeURIComponent(app.page.team)}` : "";
    const link = (path, sign, words, more = {}) =>
      h("a", { class: "gf-choice", href: `/api/field/${path}${team}`, ...more }, icon(sign), h("span", {}, h("strong", {}, words)));
    return h(
      "div",
      { class: "gf-choices" },
      h("button", { type: "button", class: "gf-choice", onclick: () => app.refresh({ told: true }) }, icon("refresh"), h("span", {}, h("strong", {}, t("refresh")))),
      link("pack", "download", t("get_pack"), { download: true }),
      link("sheet", "list", t("get_sheet"), { target: "_blank" }),
    );
  }

  /** Leave the team on this phone: what waits would be lost, so that is said first. */
  function leave(app) {
    const { t, count } = app.text;
    if (app.page.team) return null; // a manager who looks through a team's eyes has nothing to leave
    const waits = app.queue.items.length;
    let sure = false;
    const press = (event) => {
      if (sure) return void app.leave();
      sure = true;
      event.currentTarget.querySelector("strong").textContent = t("leave_sure");
      if (waits) event.currentTarget.querySelector("small").textContent = count("leave_waiting", waits);
      return undefined;
    };
    return h(
      "button",
      { type: "button", class: "gf-choice gf-leave", onclick: press },
      icon("close"),
      h("span", {}, h("strong", {}, t("leave")), h("small", {}, t("leave_hint"))),
    );
  }
})((window.gezhi = window.gezhi || {}));
