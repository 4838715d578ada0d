/* Report a new problem in three taps: report, what it is, send. What is known near there is shown before. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const { h, icon, button } = field;
  const OFTEN = 6;
  /** A position that is vaguer than this is no place to report: the cross on the map is. */
  const PRECISE_M = 120;

  field.report = function (app) {
    const { t } = app.text;
    let draft = null; // {here, at, note, blob, near, nearBox}

    /** Begin where the phone is, or where the map looks. */
    function begin() {
      const here = Boolean(app.position.at && app.position.at.accuracy <= PRECISE_M);
      draft = { here, at: null, note: "", blob: null, near: [], nearBox: null };
    }

    /** The place of the report: that of the phone, until somebody moves the map; then what is under the ring. */
    function place() {
      const own = app.position.at;
      return draft.here && own ? { lon: own.lon, lat: own.lat, own } : app.map.middle();
    }

    /** The view is there, and with it the room for the map: bring the phone's position under the ring. */
    function shown() {
      if (draft?.here) app.map.center(app.position.at, { animate: false });
    }

    function moved() {
      if (draft) draft.here = false;
    }

    function head(words) {
      const at = place();
      const where = at.own ? t("report_here", { n: app.text.number(Math.round(at.own.accuracy)) }) : t("report_cross");
      return h(
        "div",
        { class: "gf-title gf-card-title" },
        button(t("back"), { icon: "back", look: "gf-round", hidden: true, press: app.back }),
        h("div", {}, h("h1", {}, words), h("p", { class: "gf-where gf-report-where" }, icon(at.own ? "locate" : "pin"), where)),
      );
    }

    /** First step: what it is. The categories that come up here most stand first. */
    function kindView() {
      if (!draft) begin();
      draft.category = null;
      const known = app.day.categories || [];
      const seen = new Map();
      for (const { category } of app.day.cases) seen.set(category, (seen.get(category) || 0) + 1);
      const often = [...known].filter(({ code }) => seen.has(code)).sort((a, b) => seen.get(b.code) - seen.get(a.code)).slice(0, OFTEN);
      const rest = known.filter((one) => !often.includes(one));
      const tile = ({ code, name }) =>
        h("button", { type: "button", class: "gf-tile", "data-category": code, onclick: () => choose(code) }, name);
      return {
        key: "report",
        head: head(t("report_title")),
        body: [
          often.length ? h("div", { class: "gf-tiles gf-tiles-often" }, often.map(tile)) : null,
          often.length && rest.length ? h("h2", {}, t("report_others")) : null,
          h("div", { class: "gf-tiles" }, rest.map(tile)),
        ],
        size: "tall",
      };
    }

    function choose(code) {
      draft.at = place();
      draft.near = app.cases.similar(draft.at, code);
      draft.nearBox = h("div", { class: "gf-near-box" });
      app.go(`report=${code}`);
      ask(code, draft);
    }

    /** Ask the server too what is known near; whoever waits for the answer is not kept waiting. */
    async function ask(code, asked) {
      if (app.host.alone) return;
      let found;
      try {
        found = await app.host.similar(asked.at, code);
      } catch (error) {
        if (error instanceof field.HostError) return;
        throw error;
      }
      if (draft !== asked) return;
      const own = new Map(app.cases.all().map((one) => [one.id, one]));
      const known = new Set(asked.near.map(({ id }) => id));
      for (const one of found || []) {
        if (one.id && known.has(one.id)) continue;
        asked.near.push({ ...(one.case || own.get(one.id) || {}), id: one.id, why: one.why, metres: one.distance_m, reported_at: one.reported_at });
      }
      asked.near.sort((a, b) => a.metres - b.metres);
      showNear(asked);
    }

    /** What is known near stands in a box of its own: an answer that comes late leaves what is typed alone. */
    function showNear({ near, nearBox }) {
      if (!near.length) return;
      nearBox.replaceChildren(h("h2", { class: "gf-near-title" }, t("near_title")), ...near.map(nearRow), h("p", { class: "gf-quiet" }, t("near_else")));
    }

    /** Second step: is it one of these? Else send it. */
    function sendView(code) {
      const kind = (app.day.categories || []).find((one) => one.code === code);
      if (!draft?.at || !kind) return null;
      draft.category = code;
      const note = h("textarea", {
        class: "gf-input",
        rows: "2",
        maxlength: "2000",
        placeholder: t("report_note"),
        "aria-label": t("report_note"),
        oninput: (event) => (draft.note = event.target.value),
      });
      note.value = draft.note;
      showNear(draft);
      const body = [
        draft.nearBox,
        h("div", { class: "gf-photos" }, draft.blob ? shot() : null, button(t(draft.blob ? "photo_again" : "photo"), { icon: "camera", look: "gf-photo-add", press: shoot })),
        note,
      ];
      return {
        key: `report=${code}`,
        form: true,
        head: head(kind.name),
        body,
        foot: h("div", { class: "gf-bar" }, button(t("report_send"), { icon: "send", look: "gf-primary", "data-act": "report", press: () => send(kind) })),
        size: "tall",
      };
    }

    function nearRow(one) {
      const { distance } = app.text;
      const words = [one.status_name || one.why, one.reported_at ? app.text.ago(one.reported_at) : null].filter(Boolean).join(" · ");
      return h(
        "div",
        { class: "gf-near", "data-case": one.id || null },
        h("span", { class: "gf-row-text" }, h("span", { class: "gf-row-head" }, h("strong", {}, one.category_name || t("near_other")), h("span", { class: "gf-far" }, distance(one.metres))), h("span", { class: "gf-row-where" }, words)),
        button(t("near_same"), { look: "gf-second", press: () => same(one) }),
      );
    }

    function same(one) {
      draft = null;
      if (one.id && app.cases.find(one.id)) app.home(`case=${one.id}`);
      else app.home();
      app.toast.say(t("near_thanks"), { icon: "check" });
    }

    function shot() {
      return h("span", { class: "gf-photo" }, h("img", { src: app.blobUrl("draft", draft.blob), alt: "" }));
    }

    async function shoot() {
      const file = await field.takePhoto();
      if (!file || !draft) return;
      try {
        draft.blob = await field.shrink(file);
      } catch {
        app.toast.say(t("photo_unreadable"), { icon: "warn", ms: 8000 });
      }
      app.forgetBlob("draft");
      app.render({ force: true });
    }

    async function send(kind) {
      if (!draft) return;
      const { at, note, blob } = draft;
      draft = null;
      const label = { category: kind.name, where: "" };
      const given = app.acts.answer({}, "report", {
        category: kind.code,
        note: note.trim(),
        lon: Math.round(at.lon * 1e6) / 1e6,
        lat: Math.round(at.lat * 1e6) / 1e6,
      });
      const item = await app.queue.add(given, { hold: field.HOLD_MS, label });
      if (blob) await app.queue.add(app.acts.answer({}, "photo", { when: "before", of: item.uid }), { blob, label });
      app.home();
      app.toast.say(t("did_report"), {
        icon: "check",
        ms: field.HOLD_MS,
        actions: [
          {
            words: t("undo"),
            press: async () => app.toast.say(t((await app.queue.undo(item.uid)) ? "undone" : "undo_late"), { icon: "undo" }),
          },
        ],
      });
    }

    return { kindView, sendView, shown, moved, end: () => (draft = null), get active() { return draft !== null; } };
  };
})((window.gezhi = window.gezhi || {}));
