/* The phone page put together: who asks, the day, what is shown for which address. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const { h, icon, button } = field;
  const REFRESH_MS = 60e3;
  const POSITION_MS = 3000; // how often a list in motion is sorted anew
  const AGAIN_MS = 15e3; // a page that could show nothing tries again by itself
  const SENT_SHOWN = 20;

  const read = (id) => {
    const block = document.getElementById(id);
    return block ? JSON.parse(block.textContent) : null;
  };

  async function begin() {
    const page = read("gz-field");
    const given = read("gz-day");
    page.team = new URL(location.href).searchParams.get("team") || null;
    const text = field.texts(page);
    const root = document.getElementById("gf");
    const host = page.alone ? field.alone(page, given) : field.online(page);
    // The day is on its way while the phone's own store is opened; with a link, whoever asks is not known yet.
    let early = page.alone || new URLSearchParams(location.hash.slice(1)).has("k") ? null : host.day();
    early?.catch(() => null); // looked at when it is awaited
    const storage = await (host.openStorage ? host.openStorage() : field.openStorage());
    const settings = { theme: "auto", place: false, order: "urgent", ...((await storage.kept("settings")) || {}) };
    const app = { page, text, host, storage, settings, day: null, sent: [], order: settings.order };
    const { t } = text;
    app.position = field.position();
    app.queue = field.queue({ storage, host, whose: () => ({ team: app.day?.team.id ?? null, store: app.day?.store ?? null }) });
    app.cases = field.cases(app);
    app.routes = field.routes(app);
    let frame = null; // what is built once there is a day
    let pressed = false;
    let wanted = false;
    let shownKey = null;
    let positioned = 0;
    let settled = 0; // answers that the server has taken since the page was opened
    let again = null; // the timer of a page that could show nothing

    const setTheme = field.theme(settings, () => app.map?.recolour());
    Object.assign(
      app,
      field.address(() => render({ force: true })),
      field.viewer(root, t),
      field.membership(app, root, state),
    );

    window.addEventListener("popstate", () => {
      if (app.address().has("k")) app.start(); // somebody opened another link in this tab
      else render({ force: true });
    });

    // ------------------------------------------------------------------ what is shown

    function view() {
      const at = app.address();
      const id = Number(at.get("case"));
      const one = at.has("case") ? app.cases.find(id) : null;
      if (at.has("case") && !one) return gone(id);
      const act = at.get("do");
      if (one && act === "more") return app.acts.moreView(one);
      if (one && act && one.acts.some((offered) => offered.act === act)) return app.acts.whyView(one, act);
      if (one) return field.cardView(app, one);
      if (at.get("report")) return app.report.sendView(at.get("report")) || app.report.kindView();
      if (at.has("report")) return app.report.kindView();
      if (at.has("waiting")) return field.waitingView(app);
      if (at.has("menu")) return field.menuView(app);
      if (at.has("route")) return at.get("do") === "shift" && app.routes.route ? field.shiftView(app) : field.routeView(app);
      return field.listView(app);
    }

    function gone(id) {
      return {
        key: `gone=${id}`,
        head: h("div", { class: "gf-title gf-card-title" }, button(t("back"), { icon: "back", look: "gf-round", hidden: true, press: () => app.home() }), h("h1", {}, t("gone_title"))),
        body: h("div", { class: "gf-empty" }, icon("pin"), h("p", {}, t("gone_text", { id: Number.isFinite(id) ? id : "" }))),
        size: "half",
      };
    }

    /** Show what the address says; forms that somebody fills in are left alone unless `force`d. */
    function render({ force = false } = {}) {
      if (!frame) return;
      if (pressed && !force) {
        wanted = true; // a thumb is on something: it must still be there when the thumb is lifted
        return;
      }
      wanted = false;
      const next = view();
      const chosen = Number(app.address().get("case")) || null;
      app.map.show(app.cases.all(), chosen);
      frame.tell();
      document.body.dataset.view = next.key.split("=")[0];
      const again = next.key === shownKey;
      if (again && next.form && !force) return;
      if (!again && !next.key.startsWith("report") && app.report.active) app.report.end();
      shownKey = next.key;
      frame.sheet.show(next);
      app.routes.draw(next.key);
      if (!again && next.key === "report") app.report.shown();
      if (!again && chosen && app.cases.find(chosen)) app.map.center(app.cases.find(chosen));
    }
    app.render = render;

    document.addEventListener("pointerdown", () => (pressed = true), true);
    for (const name of ["pointerup", "pointercancel"]) {
      document.addEventListener(
        name,
        () => {
          setTimeout(() => {
            pressed = false;
            if (wanted) render();
          }, 60); // the click comes after the thumb is lifted
        },
        true,
      );
    }

    function build() {
      frame = field.frame(app, root);
      app.toast = field.toast(root);
      app.acts = field.acts(app);
      app.report = field.report(app);
      frame.sheet = field.sheet(root, { t, moved: () => root.style.setProperty("--gf-cover", `${frame.sheet?.cover() ?? 0}px`) });
      app.map = field.map(document.getElementById("gf-map"), {
        open: (id) => (app.address().has("report") ? null : app.address().has("case") ? app.replace(`case=${id}`) : app.go(`case=${id}`)),
        tone: app.cases.tone,
        name: (one) => `${one.category_name}, ${one.place || one.address || ""}`,
        cover: () => frame.sheet.cover(),
        beside: () => frame.sheet.beside(),
      });
      frame.sheet.set("half");
      app.map.showHere(app.position.at);
      app.map.leaflet.on("dragstart", app.report.moved);
      app.map.leaflet.on("moveend", () => {
        if (document.body.dataset.view === "report" && !app.address().get("report")) render({ force: true });
      });
    }

    app.setOrder = (order) => {
      app.order = order;
      app.set("order", order);
      if (order === "near") app.position.start();
      render({ force: true });
    };

    app.set = (name, value) => {
      settings[name] = value;
      storage.keep("settings", settings);
      if (name === "theme") setTheme();
      if (name === "place" && value) app.position.start();
      render({ force: name === "theme" });
    };

    app.speak = (locale) => {
      const to = new URL(location.href);
      to.searchParams.set("lang", locale);
      to.hash = "";
      location.assign(to);
    };

    // ------------------------------------------------------------------ the day

    app.offline = () => app.queue.network === "down" || navigator.onLine === false;

    function take(day, { fresh = true } = {}) {
      const before = app.day;
      const other = before && before.team.id !== day.team.id;
      app.day = day;
      text.zone(day.tz); // deadlines and routes are printed and planned by the city's clocks
      if (!frame) build();
      app.map.redraw(day);
      if (fresh) app.routes.renew();
      if (fresh && before && !other) tellNew(before, day);
      render();
    }

    function tellNew(before, day) {
      const known = new Set(before.cases.map(({ id }) => id));
      const news = day.cases.filter((one) => !known.has(one.id) && app.cases.isWork(one)).length;
      if (news) app.toast.say(text.count("new_cases", news), { icon: "pin" });
    }

    /** Ask for the day; what is shown stays where there is no answer. */
    app.refresh = async ({ told = false } = {}) => {
      if (host.alone) return;
      const before = settled;
      try {
        const day = await host.day();
        app.queue.noteNetwork("up");
        if (settled !== before) return void app.refresh({ told }); // it may be of before what was just applied
        if (!page.team) await storage.keep("day", day);
        if (!app.queue.sending) take(day);
        if (told) app.toast.say(t("refreshed"), { icon: "check" });
        app.queue.flush();
      } catch (error) {
        if (!(error instanceof field.HostError)) throw error;
        if (error.kind === "link") return void app.lost(error);
        app.queue.noteNetwork(error.kind === "network" ? "down" : app.queue.network);
        if (told) app.toast.say(error.words || t("note_offline", { at: text.at(app.day.at) }), { icon: "cloud_off" });
        render();
      }
    };

    function state(name, words) {
      frame = null;
      app.map?.leaflet.remove();
      app.map = null;
      document.body.dataset.view = "state";
      root.replaceChildren(field.stateView(app, name, words));
      clearTimeout(again);
      if (name === "offline" || name === "failed") again = setTimeout(app.start, AGAIN_MS);
    }

    app.start = async () => {
      clearTimeout(again);
      if (page.alone) {
        await app.queue.load();
        take(given, { fresh: false });
        return;
      }
      const token = app.address().get("k");
      if (token) {
        const after = app.address();
        after.delete("k");
        history.replaceState(null, "", location.pathname + location.search + (after.size ? `#${after}` : ""));
        await app.enter(token);
        return;
      }
      await app.queue.load();
      const kept = page.team ? null : await storage.kept("day");
      if (kept && !app.day) take(kept, { fresh: false }); // shown while the new one is on its way
      let day;
      try {
        day = await (early || host.day());
        app.queue.noteNetwork("up");
      } catch (error) {
        if (!(error instanceof field.HostError)) throw error;
        await without(error, kept);
        return;
      }
      early = null;
      take(day, { fresh: Boolean(kept) });
      if (!page.team) storage.keep("day", day);
      app.queue.flush();
    };

    async function without(error, kept) {
      early = null;
      if (error.kind === "link") return app.lost(error);
      if (error.status === 400 && !page.team) return state("link");
      if (error.kind === "refused") return state("refused", error.words);
      app.queue.noteNetwork("down");
      if (!kept) return state(error.kind === "network" ? "offline" : "failed", error.words);
      return render();
    }

    // ------------------------------------------------------------------ what happens by itself

    app.queue.on("change", () => render());
    app.queue.on("network", () => render());
    app.queue.on("link", (error) => app.lost(error));
    app.queue.on("unkept", () => app.toast?.say(t("note_memory"), { icon: "warn", ms: 8000 }));
    app.queue.on("settled", ({ item, result, ms }) => {
      settled++;
      window.__gezhiField.settled = { act: item.answer.act, state: result.state, ms };
      if (result.state === "applied" || result.state === "already") {
        app.sent = [{ ...item, state: result.state, at: new Date().toISOString() }, ...app.sent].slice(0, SENT_SHOWN);
        app.forgetBlob(item.uid);
      } else if (app.toast) {
        app.toast.say(t(result.state === "conflict" ? "toast_conflict" : "toast_refused"), { icon: "warn", ms: 7000, actions: [{ words: t("look"), press: () => app.go("waiting") }] });
      }
      if (item.answer.case !== null && "case" in result) app.cases.take(item.answer.case, result.case);
      if (app.day && !page.team) storage.keep("day", app.day);
      if (item.answer.act === "report" || item.answer.act === "fix") app.refresh();
    });

    app.position.on(() => {
      if (!frame) return;
      app.map.showHere(app.position.at);
      if (app.position.at && app.wantsPosition) {
        app.wantsPosition = false;
        app.map.center(app.position.at);
      }
      const now = Date.now();
      if (now - positioned < POSITION_MS && app.position.state === "on") return;
      positioned = now;
      render();
    });

    setInterval(() => !document.hidden && app.day && app.refresh(), REFRESH_MS);
    document.addEventListener("visibilitychange", () => !document.hidden && app.day && app.refresh());
    window.addEventListener("online", () => app.day && app.refresh());
    window.addEventListener("offline", () => render());

    window.__gezhiField = { app, settled: null };
    await app.start();
    app.position.resume();
    if (page.worker && "serviceWorker" in navigator && window.isSecureContext) {
      navigator.serviceWorker.register(page.worker, { scope: "/field" }).catch(() => null); // works without it, online
    }
  }

  begin();
})((window.gezhi = window.gezhi || {}));
