/* What a team does to a case: at once where nothing has to be said, else with a reason of ready words. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const { h, icon, button } = field;
  /** These change where a case stands: they can be taken back for a moment. */
  const CHANGES = new Set(["start", "fix", "not_found", "needs_help", "not_mine"]);
  const REASONED = new Set(["not_found", "needs_help", "not_mine"]);

  field.acts = function (app) {
    const { t } = app.text;

    /** An answer about a case, with the place where it is given if the phone's owner allows. */
    function answer(one, act, more = {}) {
      const at = app.settings.place && app.position.at;
      return {
        act,
        case: one.id ?? null,
        version: one.version ?? null,
        reason: "",
        note: "",
        lon: at ? round(at.lon) : null,
        lat: at ? round(at.lat) : null,
        category: null,
        when: null,
        photo: null,
        of: null,
        ...more,
      };
    }

    const round = (degrees) => Math.round(degrees * 1e6) / 1e6;
    const label = (one) => ({ category: one.category_name, where: one.place || one.address || "" });

    async function give(one, act, more = {}) {
      const hold = CHANGES.has(act) ? field.HOLD_MS : 0;
      const item = await app.queue.add(answer(one, act, more), { hold, label: label(one) });
      const actions = [];
      if (hold) actions.push({ words: t("undo"), press: () => undo(item, one) });
      if (act === "fix" && !one.photos.some(({ when }) => when === "after")) {
        actions.unshift({ words: t("photo_after_take"), press: () => photo(one, "after") });
      }
      app.toast.say(t(`did_${act}`), { actions, ms: hold || undefined, icon: "check" });
      return item;
    }

    async function undo(item, one) {
      const back = await app.queue.undo(item.uid);
      app.toast.say(t(back ? "undone" : "undo_late"), { icon: back ? "undo" : "warn" });
      if (back && location.hash === "") app.go(`case=${one.id}`);
    }

    /** Do what a button says; what needs a word first asks for it. */
    async function run(one, act) {
      const needs = one.acts.find((offered) => offered.act === act)?.needs || [];
      if (REASONED.has(act) || needs.includes("reason") || needs.includes("note")) app.go(`case=${one.id}&do=${act}`);
      else if (needs.includes("photo") && act !== "photo") {
        if (await photo(one, "after")) await give(one, act);
      } else if (act === "photo") await photo(one, one.status === "in_progress" ? "after" : "before");
      else await give(one, act);
    }

    /** Take a photo and keep it; true where there is one. */
    async function photo(one, when) {
      const file = await field.takePhoto();
      if (!file) return false;
      app.toast.say(t("photo_working"), { ms: 20e3 });
      let blob;
      try {
        blob = await field.shrink(file);
      } catch {
        app.toast.say(t("photo_unreadable"), { icon: "warn", ms: 8000 });
        return false;
      }
      await app.queue.add(answer(one, "photo", { when }), { blob, label: label(one) });
      app.toast.say(t("did_photo"), { icon: "check" });
      return true;
    }

    /** The view of all that can be done besides the main step. */
    function moreView(one) {
      const offered = one.acts.filter(({ act }) => act !== "fix" && act !== "start" && act !== "photo");
      const hints = { not_found: t("hint_not_found"), needs_help: t("hint_needs_help"), not_mine: t("hint_not_mine"), note: t("hint_note") };
      const rows = offered.map(({ act, label: words }) =>
        h(
          "button",
          { type: "button", class: "gf-choice", "data-act": act, onclick: () => app.go(`case=${one.id}&do=${act}`) },
          icon(field.actIcon(act)),
          h("span", {}, h("strong", {}, words), hints[act] ? h("small", {}, hints[act]) : null),
        ),
      );
      return { key: `case=${one.id}&do=more`, head: title(t("more_title"), one), body: h("div", { class: "gf-choices" }, rows), size: "tall" };
    }

    function title(words, one) {
      return h(
        "div",
        { class: "gf-title gf-card-title" },
        button(t("back"), { icon: "back", look: "gf-round", hidden: true, press: app.back }),
        h("div", {}, h("h1", {}, words), h("p", { class: "gf-where" }, [one.category_name, one.place || one.address].filter(Boolean).join(" · "))),
      );
    }

    /** The view that asks why: ready words to press, more to type. */
    function whyView(one, act) {
      const offered = one.acts.find((other) => other.act === act);
      const wants = REASONED.has(act);
      const ready = app.day.reasons?.[act] || [];
      let chosen = "";
      const note = h("textarea", {
        class: "gf-input",
        rows: "3",
        maxlength: "2000",
        placeholder: t(wants ? "reason_more" : "note_placeholder"),
        "aria-label": t(wants ? "reason_more" : "note_placeholder"),
        oninput: () => ready_to(),
      });
      const send = button(t(wants ? "tell" : "keep"), { icon: "check", look: "gf-primary", disabled: true, press: () => tell() });
      const choices = ready.map((words) =>
        h("button", { type: "button", class: "gf-reason", "aria-pressed": "false", onclick: (event) => choose(event.currentTarget, words) }, words),
      );

      function choose(pressed, words) {
        chosen = chosen === words ? "" : words;
        for (const one of choices) one.setAttribute("aria-pressed", String(one === pressed && chosen !== ""));
        ready_to();
      }

      function ready_to() {
        send.disabled = !chosen && !note.value.trim();
      }

      async function tell() {
        send.disabled = true;
        const typed = note.value.trim();
        const more = wants ? { reason: chosen || typed, note: chosen ? typed : "" } : { note: typed };
        await give(one, act, more);
        if (wants && act !== "needs_help") app.home();
        else app.back(2);
      }

      return {
        key: `case=${one.id}&do=${act}`,
        form: true,
        head: title(offered?.label || t(`act_${act}`), one),
        body: [h("div", { class: "gf-reasons" }, choices), note],
        foot: h("div", { class: "gf-bar" }, send),
        size: "tall",
      };
    }

    return { run, give, photo, answer, moreView, whyView };
  };
})((window.gezhi = window.gezhi || {}));
