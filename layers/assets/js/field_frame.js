/* What stands around the map of the phone page: the bar with the team and what waits, and the tools. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const { h, icon, button } = field;

  field.frame = function (app, root) {
    const { host, text } = app;
    const { t } = text;
    const team = h("strong", {});
    const sub = h("small", {});
    const sync = button("", { look: "gf-sync", press: () => app.go("waiting") });
    const top = h(
      "header",
      { class: "gf-top" },
      h("div", { class: "gf-team" }, team, sub),
      sync,
      button(t("menu"), { icon: "menu", look: "gf-round", hidden: true, press: () => app.go("menu") }),
    );
    const tools = h(
      "div",
      { class: "gf-tools" },
      host.alone && !app.day.route ? "" : button(t("route"), { icon: "route", look: "gf-round gf-to-route", hidden: true, press: app.routes.open }),
      button(t("fit"), { icon: "hex", look: "gf-round gf-fit", hidden: true, press: () => app.map.fit() }),
      button(t("locate"), { icon: "locate", look: "gf-round gf-locate", hidden: true, press: locate }),
      button(t("report"), { icon: "plus", look: "gf-primary gf-report", press: () => app.go("report") }),
    );
    root.replaceChildren(top, h("div", { class: "gf-cross", "aria-hidden": "true" }), tools);

    function locate() {
      if (app.position.at) {
        app.map.center(app.position.at);
        return;
      }
      app.wantsPosition = true;
      app.position.start();
      const words = { denied: "position_denied", insecure: "position_insecure", lost: "position_lost" }[app.position.state];
      app.toast.say(t(words || "position_asking"), { icon: "locate", ms: words ? 7000 : 4000 });
    }

    /** How it stands with what was answered: a sign, words, and a state for the styles. */
    function standing() {
      const waits = app.queue.waiting.length;
      const trouble = app.queue.troubled.length;
      if (trouble) return { sign: "warn", words: text.count("sync_trouble", trouble), state: "trouble" };
      const down = !host.alone && app.offline();
      const waiting = waits ? text.count("sync_waiting", waits) : null;
      if (down) return { sign: "cloud_off", words: waiting || t("sync_offline"), state: "offline" };
      if (waits) return { sign: "cloud", words: waiting, state: "waiting" };
      return { sign: "check", words: t(host.alone ? "sync_alone" : "sync_done"), state: "done" };
    }

    /** Say in the bar whose day it is and how it stands with what was answered. */
    function tell() {
      team.textContent = app.day.team.name;
      sub.textContent = app.day.city; // a made-up city says so in its name
      sub.hidden = !sub.textContent;
      const { sign, words, state } = standing();
      const quiet = sign === "check" && !host.alone; // nothing to say: the name of the team has the room
      sync.replaceChildren(icon(sign), quiet ? "" : h("span", {}, words));
      sync.setAttribute("aria-label", words);
      sync.dataset.state = state;
      sync.classList.toggle("gf-busy", app.queue.sending);
      document.title = t("title", { team: app.day.team.name, n: app.day.cases.length });
    }

    return { tell };
  };
})((window.gezhi = window.gezhi || {}));
