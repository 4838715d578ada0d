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

    theme();

    // ------------------------------------------------------------------ addresses

    const address = () => new URLSearchParams(location.hash.slice(1));

    const depth = () => history.state?.depth || 0; // steps of this page that the browser's way back holds

    app.go = (hash) => {
      history.pushState({ depth: depth() + 1 }, "", `#${hash}`);
      render({ force: true });
    };

    app.back = (steps) => {
      const n = typeof steps === "number" ? steps : 1;
      if (depth() >= n) history.go(-n);
      else app.home();
    };

    /** To the list, or from there to something else: the steps between are forgotten. */
    app.home = (hash = "") => {
      const arrive = () => {
        history.replaceState({ depth: 0 }, "", location.pathname + location.search);
        if (hash) app.go(hash);
        else render({ force: true });
      };
      if (!depth()) return arrive();
      window.addEventListener("popstate", arrive, { once: true });
      return history.go(-depth());
    };

    window.addEventListener("popstate", () => {
      if (address().has("k")) app.start(); // somebody opened another link in this tab
      else render({ force: true });
    });

    // ------------------------------------------------------------------ what is shown

    function view() {
      const at = address();
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
      const chosen = Number(address().get("case")) || null;
      app.map.show(app.cases.all(), chosen);
      bar();
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
      frame = {};
      root.replaceChildren();
      frame.team = h("strong", {});
      frame.sub = h("small", {});
      frame.sync = button("", { look: "gf-sync", press: () => app.go("waiting") });
      root.append(
        h(
          "header",
          { class: "gf-top" },
          h("div", { class: "gf-team" }, frame.team, frame.sub),
          frame.sync,
          button(t("menu"), { icon: "menu", look: "gf-round", hidden: true, press: () => app.go("menu") }),
        ),
      );
      const tools = h(
        "div",
        { class: "gf-tools" },
        app.host.alone && !app.day.route ? "" : button(t("route"), { icon: "route", look: "gf-round gf-to-route", hidden: true, press: app.routes.open }),
        button(t("fit"), { icon: "hex", look: "gf-round gf-fit", hidden: true, press: () => app.map.fit() }),
        button(t("locate"), { icon: "locate", look: "gf-round gf-locate", hidden: true, press: locate }),
        button(t("report"), { icon: "plus", look: "gf-primary gf-report", press: () => app.go("report") }),
      );
      const cross = h("div", { class: "gf-cross", "aria-hidden": "true" });
      root.append(cross, tools);
      app.toast = field.toast(root);
      app.acts = field.acts(app);
      app.report = field.report(app);
      frame.sheet = field.sheet(root, { t, moved: () => root.style.setProperty("--gf-cover", `${frame.sheet?.cover() ?? 0}px`) });
      app.map = field.map(document.getElementById("gf-map"), {
        open: (id) => (address().has("report") ? null : address().has("case") ? app.replace(`case=${id}`) : app.go(`case=${id}`)),
        tone: app.cases.tone,
        name: (one) => `${one.category_name}, ${one.place || one.address || ""}`,
        cover: () => frame.sheet.cover(),
        beside: () => frame.sheet.beside(),
      });
      frame.sheet.set("half");
      app.map.showHere(app.position.at);
      app.map.leaflet.on("dragstart", app.report.moved);
      app.map.leaflet.on("moveend", () => {
        if (document.body.dataset.view === "report" && !address().get("report")) render({ force: true });
      });
    }

    /** Show something instead of what is shown: the way back leads where it led. */
    app.replace = (hash) => {
      history.replaceState(history.state, "", `#${hash}`);
      render({ force: true });
    };

    function bar() {
      const { team, city, cases } = app.day;
      frame.team.textContent = team.name;
      frame.sub.textContent = city; // a made-up city says so in its name
      frame.sub.hidden = !frame.sub.textContent;
      const waits = app.queue.waiting.length;
      const trouble = app.queue.troubled.length;
      const down = !host.alone && app.offline();
      const sign = trouble ? "warn" : down ? "cloud_off" : waits ? "cloud" : "check";
      const words = trouble ? text.count("sync_trouble", trouble) : waits ? text.count("sync_waiting", waits) : t(down ? "sync_offline" : host.alone ? "sync_alone" : "sync_done");
      const quiet = sign === "check" && !host.alone; // nothing to say: the name of the team has the room
      frame.sync.replaceChildren(icon(sign), quiet ? "" : h("span", {}, words));
      frame.sync.setAttribute("aria-label", words);
      frame.sync.dataset.state = trouble ? "trouble" : down ? "offline" : waits ? "waiting" : "done";
      frame.sync.classList.toggle("gf-busy", app.queue.sending);
      document.title = t("title", { team: team.name, n: cases.length });
    }

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

    app.setOrder = (order) => {
      app.order = order;
      app.set("order", order);
      if (order === "near") app.position.start();
      render({ force: true });
    };

    app.set = (name, value) => {
      settings[name] = value;
      storage.keep("settings", settings);
      if (name === "theme") theme();
      if (name === "place" && value) app.position.start();
      render({ force: name === "theme" });
    };

    function theme() {
      const dark = window.matchMedia("(prefers-color-scheme: dark)");
      const set = () => {
        const chosen = settings.theme === "auto" ? (dark.matches ? "dark" : "light") : settings.theme;
        if (document.documentElement.dataset.theme === chosen) return;
        document.documentElement.dataset.theme = chosen;
        app.map?.recolour();
      };
      if (!app.watchesTheme) dark.addEventListener("change", () => theme());
      app.watchesTheme = true;
      set();
    }

    app.speak = (locale) => {
      const to = new URL(location.href);
      to.searchParams.set("lang", locale);
      to.hash = "";
      location.assign(to);
    };

    // ------------------------------------------------------------------ photos that wait, shown from memory

    const blobs = new Map();
    app.blobUrl = (name, blob) => {
      if (!blobs.has(name)) blobs.set(name, URL.createObjectURL(blob));
      return blobs.get(name);
    };
    app.forgetBlob = (name) => {
      if (blobs.has(name)) URL.revokeObjectURL(blobs.get(name));
      blobs.delete(name);
    };
    app.showPhoto = (source, words) => {
      const close = () => shown.remove();
      const shown = h(
        "div",
        { class: "gf-viewer", role: "dialog", "aria-label": words, onclick: close },
        h("img", { src: source, alt: words }),
        button(t("close"), { icon: "close", look: "gf-round", hidden: true, press: close }),
      );
      root.append(shown);
      shown.querySelector("button").focus();
      shown.addEventListener("keydown", ({ key }) => key === "Escape" && close());
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
        if (error.kind === "link") return void lost(error);
        app.queue.noteNetwork(error.kind === "network" ? "down" : app.queue.network);
        if (told) app.toast.say(error.words || t("note_offline", { at: text.at(app.day.at) }), { icon: "cloud_off" });
        render();
      }
    };

    /** The link is known no longer: what was kept of the day goes, what waits stays. */
    async function lost(error) {
      const had = Boolean(app.day || (await storage.kept("day")));
      await forget();
      state(had || error.ask === "link" ? "revoked" : "link", error.words);
    }

    async function forget() {
      app.day = null;
      app.routes.forget();
      await storage.forget("day");
      await storage.forget("route");
      if (window.caches) for (const name of await caches.keys()) if (name.startsWith("gezhi-photos")) await caches.delete(name);
    }

    app.leave = async () => {
      if (!(await isLeft())) return void app.toast.say(t("offline_title"), { icon: "cloud_off" });
      for (const item of [...app.queue.items]) await app.queue.dismiss(item.uid);
      await forget();
      return state("link");
    };

    /** Be of no team any more; what waits stays for who comes back by a link of that team. */
    app.part = async () => {
      if (!(await isLeft())) return state("offline");
      await forget();
      return state("link");
    };

    /** Only the server can take the cookie away: where it is not told, this stays the team's phone. */
    async function isLeft() {
      try {
        await host.leave();
        return true;
      } catch (error) {
        if (!(error instanceof field.HostError)) throw error;
        return false;
      }
    }

    function state(name, words) {
      frame = null;
      app.map?.leaflet.remove();
      app.map = null;
      document.body.dataset.view = "state";
      root.replaceChildren(field.stateView(app, name, words));
      clearTimeout(again);
      if (name === "offline" || name === "failed") again = setTimeout(app.start, AGAIN_MS);
    }

    app.enter = async (token) => {
      root.replaceChildren(h("p", { class: "gf-loading" }, t("loading")));
      try {
        await host.enter(token);
      } catch (error) {
        if (!(error instanceof field.HostError)) throw error;
        if (error.kind === "network" || error.kind === "server") return state("offline");
        await forget();
        return state("revoked", error.words);
      }
      return app.start();
    };

    app.start = async () => {
      clearTimeout(again);
      if (page.alone) {
        await app.queue.load();
        take(given, { fresh: false });
        return;
      }
      const token = address().get("k");
      if (token) {
        const after = address();
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
      if (error.kind === "link") return lost(error);
      if (error.status === 400 && !page.team) return state("link");
      if (error.kind === "refused") return state("refused", error.words);
      app.queue.noteNetwork("down");
      if (!kept) return state(error.kind === "network" ? "offline" : "failed", error.words);
      return render();
    }

    // ------------------------------------------------------------------ what happens by itself

    app.queue.on("change", () => render());
    app.queue.on("network", () => render());
    app.queue.on("link", (error) => lost(error));
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
