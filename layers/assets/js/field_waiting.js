/* What waits on this phone, and what came of answers that a person has to know about. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const { h, icon, button } = field;

  /** A line about an answer that was not applied, with what the server said. */
  field.troubleNote = function (app, item) {
    const { t } = app.text;
    return h(
      "div",
      { class: "gf-note gf-trouble", "data-uid": item.uid },
      icon("warn"),
      h("p", {}, h("strong", {}, t(item.state === "conflict" ? "trouble_conflict" : "trouble_refused", { act: t(`act_${item.answer.act}`) })), item.words ? h("span", {}, item.words) : null),
      button(t("understood"), { look: "gf-second", press: () => app.queue.dismiss(item.uid) }),
    );
  };

  field.waitingView = function (app) {
    const { t, count } = app.text;
    const { waiting, troubled } = app.queue;
    const own = waiting.filter(app.queue.isOwn);
    const strange = waiting.filter((item) => !app.queue.isOwn(item));
    const packed = app.host.waiting?.(app);
    const state = packed
      ? packed.state
      : !own.length
        ? t("waiting_none", { at: app.day ? app.text.at(app.day.at) : "" })
        : app.offline()
          ? t("waiting_offline")
          : t("waiting_sending");
    const head = h(
      "div",
      { class: "gf-title gf-card-title" },
      button(t("back"), { icon: "back", look: "gf-round", hidden: true, press: app.back }),
      h("div", {}, h("h1", {}, waiting.length ? count("waiting_title", waiting.length) : t("waiting_title_none"))),
    );
    const body = [
      h("p", { class: "gf-quiet gf-waiting-state" }, state),
      packed?.above,
      troubled.map((item) => field.troubleNote(app, item)),
      own.map((item) => row(app, item)),
      strange.length ? h("h2", {}, t("waiting_strange")) : null,
      strange.map((item) => row(app, item)),
      packed ? packed.below : sent(app),
    ];
    const actions = (app.host.actions?.(app) || []).map((one) => button(one.words, { icon: one.icon, look: one.look || "gf-primary", press: one.press }));
    if (!app.host.alone && own.length) {
      actions.push(button(t("send_now"), { icon: "send", look: "gf-primary", press: () => app.queue.flush({ all: true }) }));
    }
    return { key: "waiting", head, body, foot: actions.length ? h("div", { class: "gf-bar" }, actions) : null, size: "tall" };
  };

  function row(app, item) {
    const { t } = app.text;
    const { answer, label } = item;
    const words = [label.category, label.where].filter(Boolean).join(" · ");
    return h(
      "div",
      { class: "gf-row gf-waiting-row", "data-uid": item.uid },
      h("span", { class: "gf-row-mark" }, icon(answer.act === "report" ? "report" : field.actIcon(answer.act))),
      h(
        "span",
        { class: "gf-row-text" },
        h("span", { class: "gf-row-head" }, h("strong", {}, t(`act_${answer.act}`)), h("span", { class: "gf-far" }, app.text.at(answer.at))),
        h("span", { class: "gf-row-where" }, words),
        answer.reason || answer.note ? h("span", { class: "gf-row-where" }, [answer.reason, answer.note].filter(Boolean).join(" — ")) : null,
      ),
      item.sending
        ? h("span", { class: "gf-far" }, t("sending"))
        : button(t("take_back"), { look: "gf-second", press: () => takeBack(app, item) }),
    );
  }

  async function takeBack(app, item) {
    const back = await app.queue.undo(item.uid);
    app.toast.say(app.text.t(back ? "undone" : "undo_late"), { icon: back ? "undo" : "warn" });
  }

  /** What was sent since the page was opened: for the peace of mind of who sent it. */
  function sent(app) {
    if (!app.sent.length) return null;
    const { t } = app.text;
    return [
      h("h2", {}, t("sent_title")),
      app.sent.map(({ answer, label, at, state }) =>
        h(
          "div",
          { class: "gf-row gf-row-done" },
          h("span", { class: "gf-row-mark" }, icon("check")),
          h(
            "span",
            { class: "gf-row-text" },
            h("span", { class: "gf-row-head" }, h("strong", {}, t(`act_${answer.act}`)), h("span", { class: "gf-far" }, app.text.at(at))),
            h("span", { class: "gf-row-where" }, [state === "already" ? t("sent_already") : null, label.category, label.where].filter(Boolean).join(" · ")),
          ),
        ),
      ),
    ];
  }
})((window.gezhi = window.gezhi || {}));
