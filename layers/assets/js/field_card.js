/* One case on the phone: where it is, what is known, its photos, the way there, what can be done. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const { h, icon, button } = field;
  const PRIMARY = ["fix", "start"];
  const SIGNS = { fix: "check", start: "play", photo: "camera", note: "note", not_found: "search", needs_help: "help", not_mine: "swap" };

  field.actIcon = (act) => SIGNS[act] || "more";

  /** The view of a case. */
  field.cardView = function (app, one) {
    const { t } = app.text;
    const where = one.place || one.address || t("no_address");
    const due = app.text.due(one);
    const head = h(
      "div",
      { class: "gf-title gf-card-title" },
      button(t("back"), { icon: "back", look: "gf-round", hidden: true, press: app.back }),
      h("div", {}, h("h1", {}, one.category_name), h("p", { class: "gf-where" }, where)),
    );
    const body = [
      h("div", { class: "gf-chips gf-card-chips" }, statusChip(one), field.chips(app, { ...one, status: "dispatched" }, due)),
      trouble(app, one),
      far(app, one),
      ways(app, one, where),
      one.description ? h("p", { class: "gf-said" }, one.description) : null,
      photos(app, one),
      facts(app, one),
    ];
    return { key: `case=${one.id}`, head, body, foot: bar(app, one), size: "tall" };
  };

  function statusChip(one) {
    const tone = { in_progress: "gf-chip-work", fixed: "gf-chip-done" }[one.status] || "gf-chip-plain";
    return one.told ? null : h("span", { class: `gf-chip ${tone}`, "data-status": one.status }, one.status_name);
  }

  /** What became of answers that a person has to know about. */
  function trouble(app, one) {
    return one.pending
      .filter(({ state }) => state !== "waiting")
      .map((item) => field.troubleNote(app, item));
  }

  function far(app, one) {
    const away = app.cases.away(one);
    if (away === null) return null;
    const turn = h("span", { class: "gf-arrow", "aria-hidden": "true" }, "↑");
    turn.style.transform = `rotate(${Math.round(field.bearing(app.position.at, one))}deg)`;
    return h("p", { class: "gf-away" }, turn, h("strong", {}, app.text.distance(away)), h("span", {}, app.text.walk(away)));
  }

  function ways(app, one, where) {
    const { t } = app.text;
    const to = field.ways(one, `${one.category_name} ${where}`);
    const link = (name, attributes = {}) =>
      h("a", { class: "gf-button gf-way", href: to[name], rel: "noreferrer", ...attributes }, icon("walk"), h("span", {}, t(`way_${name}`)));
    const outside = { target: "_blank" };
    return h(
      "div",
      { class: "gf-ways", role: "group", "aria-label": t("way_there") },
      link("amap", outside),
      link("baidu", outside),
      link("geo"),
    );
  }

  function photos(app, one) {
    const { t } = app.text;
    const acts = one.acts.some(({ act }) => act === "photo");
    const tile = (when) =>
      button(t(`photo_${when}`), { icon: "camera", look: "gf-photo-add", "data-when": when, press: () => app.acts.photo(one, when) });
    const shown = one.photos.map((photo) => {
      const waits = Boolean(photo.blob);
      const address = waits ? app.blobUrl(photo.name, photo.blob) : app.host.photoUrl(photo, "thumb");
      const large = waits ? address : app.host.photoUrl(photo, "view");
      const words = photo.when ? t(`photo_${photo.when}`) : t("photo");
      return h(
        "button",
        { type: "button", class: "gf-photo", onclick: () => app.showPhoto(large, words), "aria-label": words },
        h("img", { src: address, alt: "", loading: "lazy", decoding: "async" }),
        h("span", {}, waits ? icon("cloud") : null, words),
      );
    });
    if (!shown.length && !acts) return null;
    return h("div", { class: "gf-photos" }, shown, acts ? [tile("before"), tile("after")] : null);
  }

  function facts(app, one) {
    const { t, count, ago } = app.text;
    const rows = [
      [t("fact_number"), `#${one.id}`],
      one.place && one.address && one.place !== one.address ? [t("fact_address"), one.address] : null,
      one.reported_at ? [t("fact_reported"), ago(one.reported_at)] : null,
      one.due_at ? [t("fact_due"), app.text.at(one.due_at)] : null,
      one.repeats ? [t("fact_repeats"), count("chip_repeats", one.repeats)] : null,
      one.hot_words ? [t("fact_hot"), one.hot_words] : null,
    ];
    return h("dl", { class: "gf-facts" }, rows.filter(Boolean).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
  }

  /** The bar at the bottom: the next step large, the rest beside it. */
  function bar(app, one) {
    const { t } = app.text;
    const main = PRIMARY.map((act) => one.acts.find((offered) => offered.act === act)).find(Boolean);
    const others = one.acts.filter(({ act }) => act !== main?.act && act !== "photo" && !(act === "start" && main));
    const start = one.acts.find(({ act }) => act === "start");
    const made = [];
    if (!main) made.push(...afterwards(app, one));
    if (start && main?.act === "fix") made.push(act(app, one, start, "gf-second"));
    if (main) made.push(act(app, one, main, "gf-primary"));
    if (others.length) {
      made.push(button(t("more"), { icon: "more", look: "gf-second gf-more", hidden: true, press: () => app.go(`case=${one.id}&do=more`) }));
    }
    return made.length ? h("div", { class: "gf-bar" }, made) : null;
  }

  /** Where nothing is left to do: the photo that proves it, and on to the next case. */
  function afterwards(app, one) {
    const { t } = app.text;
    const proves = one.status === "fixed" && !one.photos.some(({ when }) => when === "after") && one.acts.some(({ act }) => act === "photo");
    const next = app.cases.listed(app.order).work[0];
    const look = proves && next ? "gf-second" : "gf-primary";
    return [
      proves ? button(t("photo_after_take"), { icon: "camera", look, "data-act": "photo", press: () => app.acts.photo(one, "after") }) : null,
      next ? button(t("next_case"), { icon: "next", look: "gf-primary", "data-act": "next", press: () => app.replace(`case=${next.id}`) }) : null,
    ].filter(Boolean);
  }

  function act(app, one, { act: name, label }, look) {
    return button(label, { icon: SIGNS[name], look, "data-act": name, press: () => app.acts.run(one, name) });
  }
})((window.gezhi = window.gezhi || {}));
