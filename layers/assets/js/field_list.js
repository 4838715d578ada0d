/* The list: what to do first, by urgency or by nearness, then what waits for others and what is done today. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const { h, icon, button } = field;
  const ORDERS = ["urgent", "near"];
  /** So many rows are made at first, and so many more when one scrolls to the end of them. */
  const ROWS = 40;

  /** One line about a case, a button as wide as the list. */
  field.caseRow = function (app, one, { number = null } = {}) {
    const { text, cases } = app;
    const due = text.due(one);
    const away = cases.away(one);
    const where = one.place || one.address || app.text.t("no_address");
    const tone = cases.tone(one);
    const far =
      away === null
        ? null
        : h("span", { class: "gf-far" }, arrow(field.bearing(app.position.at, one)), text.distance(away));
    return h(
      "button",
      { type: "button", class: `gf-row gf-tone-${tone}`, "data-case": one.id, onclick: () => app.go(`case=${one.id}`) },
      h("span", { class: "gf-row-mark" }, number === null ? sign(one, tone) : String(number)),
      h(
        "span",
        { class: "gf-row-text" },
        h("span", { class: "gf-row-head" }, h("strong", {}, one.category_name), far),
        h("span", { class: "gf-row-where" }, where),
        h("span", { class: "gf-chips" }, chips(app, one, due)),
      ),
    );
  };

  function sign(one, tone) {
    if (one.told || one.status === "fixed") return icon("check");
    if (one.help) return icon("help");
    return icon(tone === "late" ? "alert" : tone === "soon" ? "clock" : "dot");
  }

  function arrow(degrees) {
    const made = h("span", { class: "gf-arrow", "aria-hidden": "true" }, "↑");
    made.style.transform = `rotate(${Math.round(degrees)}deg)`;
    return made;
  }

  /** Small words about a case: its deadline, its state where that is not the usual, who reported it, what waits. */
  function chips(app, one, due) {
    const { t, count } = app.text;
    const chip = (words, tone = "", sign = null) => h("span", { class: `gf-chip ${tone}` }, sign ? icon(sign) : null, words);
    const found = [];
    if (one.pending.some(({ state }) => state === "waiting")) found.push(chip(t("chip_waiting"), "gf-chip-wait", "cloud"));
    if (one.pending.some(({ state }) => state !== "waiting")) found.push(chip(t("chip_trouble"), "gf-chip-late", "warn"));
    if (one.told) found.push(chip(t(`told_${one.told}`), "gf-chip-done"));
    else if (one.status !== "dispatched") {
      found.push(chip(one.status_name, one.status === "in_progress" ? "gf-chip-work" : one.status === "fixed" ? "gf-chip-done" : ""));
    }
    if (due && app.cases.isWork(one)) found.push(chip(due.words, `gf-chip-${due.tone}`));
    if (one.help) found.push(chip(t("chip_help"), "gf-chip-soon"));
    if (one.hot_words) found.push(chip(one.hot_words, "gf-chip-hot", "hot"));
    if (one.repeats) found.push(chip(count("chip_repeats", one.repeats)));
    return found;
  }

  field.chips = chips;

  /** The view of the list. */
  field.listView = function (app) {
    const { t, count } = app.text;
    const { work, others } = app.cases.listed(app.order);
    const order = h(
      "div",
      { class: "gf-switch", role: "group", "aria-label": t("order") },
      ORDERS.map((name) =>
        button(t(`order_${name}`), {
          icon: name === "near" ? "locate" : "alert",
          look: app.order === name ? "gf-on" : "",
          "aria-pressed": String(app.order === name),
          press: () => app.setOrder(name),
        }),
      ),
    );
    const title = h("h1", {}, work.length ? count("to_do", work.length) : t("all_done"));
    const rows = [notes(app), work.length ? work.slice(0, shown(app)).map((one) => field.caseRow(app, one)) : nothing(app)];
    if (work.length > shown(app)) return { key: "list", keeps: true, head: head(title, order), body: [...rows, further(app)] };
    if (others.length) rows.push(h("h2", {}, t("for_others"), h("small", {}, text(app, others.length))), others.map((one) => field.caseRow(app, one)));
    const done = app.day.done || [];
    if (done.length) rows.push(h("h2", {}, t("done_today"), h("small", {}, text(app, done.length))), done.map((one) => doneRow(app, one)));
    return { key: "list", keeps: true, head: head(title, work.length ? order : null), body: rows };
  };

  const head = (title, order) => h("div", { class: "gf-title" }, title, order);
  const shown = (app) => app.rows || ROWS;

  /** The end of the rows so far: when it comes into view, there are more. */
  function further(app) {
    const end = h("div", { class: "gf-further" }, app.text.t("loading"));
    const watch = new IntersectionObserver(([{ isIntersecting }]) => {
      if (!isIntersecting) return;
      watch.disconnect();
      app.rows = shown(app) + ROWS;
      app.render();
    });
    watch.observe(end);
    return end;
  }

  const text = (app, n) => app.text.number(n);

  function doneRow(app, one) {
    return h(
      "div",
      { class: "gf-row gf-row-done" },
      h("span", { class: "gf-row-mark" }, icon("check")),
      h(
        "span",
        { class: "gf-row-text" },
        h("span", { class: "gf-row-head" }, h("strong", {}, one.category_name), h("span", { class: "gf-far" }, app.text.at(one.at))),
        h("span", { class: "gf-row-where" }, [one.act_name, one.place].filter(Boolean).join(" · ")),
      ),
    );
  }

  /** What stands above the list when something is not as usual: no network, no position. */
  function notes(app) {
    const { t } = app.text;
    const found = [];
    const note = (sign, words, action) => h("div", { class: "gf-note" }, icon(sign), h("p", {}, words), action);
    if (!app.host.alone && app.offline()) found.push(note("cloud_off", t("note_offline", { at: app.text.at(app.day.at) })));
    if (app.storage.kind === "memory") found.push(note("warn", t("note_memory")));
    if (app.order === "near" && app.position.state !== "on") {
      const known = { off: "position_asking", asking: "position_asking", denied: "position_denied", lost: "position_lost", insecure: "position_insecure" };
      found.push(note("locate", t(known[app.position.state])));
    }
    if (app.day.left_out) found.push(note("list", app.text.count("note_more", app.day.left_out)));
    return found;
  }

  function nothing(app) {
    const { t } = app.text;
    const cells = app.day.cells?.length;
    const waits = app.queue.waiting.length;
    return h(
      "div",
      { class: "gf-empty" },
      icon(cells ? "empty" : "pin"),
      h("p", {}, h("strong", {}, t(cells ? "empty_title" : "no_cells_title"))),
      h("p", {}, t(cells ? (waits && !app.host.alone ? "empty_waiting" : "empty_text") : "no_cells_text")),
    );
  }
})((window.gezhi = window.gezhi || {}));
