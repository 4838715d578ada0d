/* The route of the shift as a list: what comes next, when and how far, what is left out and why; and its shift. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const { h, icon, button } = field;
  const KEPT = "route";
  /** A shift may ask for so many stops, or so much load, at most. */
  const MOST = 200;
  /** What is left free around a route: at the sides, and at the top, where the bar is. */
  const EDGES_PX = [32, 92];
  const CLOSE_ZOOM = 17;

  /** The route of a page: asked for when it is looked at, kept for when there is no network. */
  field.routes = function (app) {
    const own = { route: null, mine: null, words: "", busy: false, shown: false };
    let drawn = null; // what is on the map: {route, look}

    /** Show all of a route in the part of the map that the sheet leaves free. */
    function fit(route) {
      const at = [route.start, route.end, ...route.stops.map(({ lon, lat }) => [lon, lat])].filter(Boolean);
      const cover = Number.parseFloat(document.querySelector(".gf-sheet")?.style.height) || 0;
      const room = { paddingTopLeft: EDGES_PX, paddingBottomRight: [EDGES_PX[0], cover + EDGES_PX[0]], maxZoom: CLOSE_ZOOM };
      app.map.leaflet.fitBounds(L.latLngBounds(at.map(([lon, lat]) => [lat, lon])), room);
    }

    /** Take up an answer; of the team's the newest is kept. */
    async function take(route) {
      own.words = "";
      if (route.shared) {
        own.route = route;
        if (!app.host.alone && !app.page.team) await app.storage.keep(KEPT, route);
      } else own.mine = route;
    }

    async function asked(question) {
      if (own.busy) return;
      own.busy = true;
      app.render();
      try {
        await take(await question());
      } catch (error) {
        if (!(error instanceof field.HostError)) throw error;
        own.words = error.words || app.text.t(error.kind === "network" ? "route_offline" : "failed_title");
      } finally {
        own.busy = false;
        app.render();
      }
    }

    /** Begin with what is here: the day's own in a file that stands alone, else what was kept. */
    async function begin() {
      if (own.route) return;
      own.route = app.day.route || (app.page.team ? null : await app.storage.kept(KEPT)) || null;
      if (own.route && own.route.team !== app.day.team.id) own.route = null;
      app.render();
    }

    return Object.assign(own, {
      /** Look at the route: the team's, as it is now. */
      open() {
        app.go("route");
        return own.look();
      },
      async look() {
        own.shown = true;
        await begin();
        if (!app.host.alone) await asked(() => app.host.route(null));
      },
      /** After something was answered, or time has passed. */
      async renew() {
        if (own.shown && !app.host.alone) await asked(() => app.host.route(null));
      },
      fromHere: () => asked(() => app.host.route(app.position.at)),
      choose: (shift) => asked(() => app.host.shift(app.day.team.id, shift)),
      ofTeam() {
        own.mine = null;
        app.render({ force: true });
      },
      current: () => own.mine || own.route,
      /** Draw the route while it, or a case of it, is looked at. */
      draw(view) {
        const route = own.shown && (view === "route" || view.startsWith("case=")) ? own.mine || own.route : null;
        const look = document.documentElement.dataset.theme;
        if (drawn?.route === route && drawn?.look === look) return;
        app.map.route(route);
        if (route && !drawn?.route && view === "route") fit(route);
        drawn = { route, look };
      },
      /** The team is left, and its map with it. */
      forget() {
        Object.assign(own, { route: null, mine: null, words: "", shown: false });
        drawn = null;
      },
    });
  };

  /** The view of the route. */
  field.routeView = function (app) {
    const { t } = app.text;
    const { routes } = app;
    if (!routes.shown) queueMicrotask(routes.look); // by its address, not by its button
    const route = routes.current();
    const head = h(
      "div",
      { class: "gf-title gf-card-title" },
      button(t("back"), { icon: "back", look: "gf-round", hidden: true, press: app.back }),
      h("div", {}, h("h1", {}, t("route")), h("p", { class: "gf-where" }, route?.stops.length ? route.words : routes.busy ? t("loading") : "")),
    );
    const body = [notes(app, route), route ? stops(app, route) : null, route ? files(app) : null];
    return { key: "route", keeps: true, head, body, foot: app.host.alone || !route ? null : bar(app), size: "tall" };
  };

  function notes(app, route) {
    const { t, at, isToday } = app.text;
    const { routes } = app;
    const found = [];
    const note = (sign, words, action) => h("div", { class: "gf-note" }, icon(sign), h("p", {}, words), action);
    if (routes.words) found.push(note("warn", route ? `${routes.words} ${t("route_as_of", { at: at(route.planned_at) })}` : routes.words));
    if (routes.mine) found.push(note("locate", t("route_mine"), button(t("route_of_team"), { press: routes.ofTeam })));
    if (route && !isToday(route.shift.begins_at)) found.push(note("clock", t("route_later", { at: at(route.shift.begins_at) })));
    if (route && !route.stops.length && !route.left.length) {
      found.push(h("div", { class: "gf-empty" }, icon("empty"), h("p", {}, h("strong", {}, t("route_empty")))));
    }
    return found;
  }

  function stops(app, route) {
    const { t, at, number } = app.text;
    const known = new Map(app.cases.all().map((one) => [one.id, one]));
    const rows = route.stops.map((stop) => stopRow(app, stop, known.get(stop.case), route));
    if (route.home) {
      const words = [t("route_end"), legWords(app, route.home)].filter(Boolean).join(" · ");
      rows.push(h("p", { class: "gf-leg gf-leg-home" }, icon("walk"), h("span", {}, words), h("span", { class: "gf-far" }, at(route.over_at))));
    }
    if (route.left.length) {
      rows.push(h("h2", {}, t("route_left"), h("small", {}, number(route.left.length))));
      rows.push(route.left.map((one) => leftRow(app, one, known.get(one.case))));
    }
    if (route.done.length) {
      rows.push(h("h2", {}, t("route_done"), h("small", {}, number(route.done.length))));
      rows.push(h("p", { class: "gf-quiet" }, route.done.map(({ n, case: id }) => `${n} (#${id})`).join(" · ")));
    }
    return rows.flat(2);
  }

  function legWords(app, leg) {
    const { t, count, distance } = app.text;
    if (leg.metres < 1) return t("route_here");
    const walk = count("walk_minutes", Math.max(1, Math.round(leg.minutes)));
    return [distance(leg.metres), walk, leg.why].filter(Boolean).join(" · ");
  }

  /** A stop: the leg to it above, then the case as a button. */
  function stopRow(app, stop, one, route) {
    const { t, at, count } = app.text;
    const next = stop.case === route.next;
    const chip = (words, tone = "") => h("span", { class: `gf-chip ${tone}` }, words);
    const chips = [
      chip(count("route_stay", Math.max(1, Math.round(stop.minutes)))),
      stop.wait_minutes >= 1 ? chip(count("route_wait", Math.round(stop.wait_minutes)), "gf-chip-wait") : null,
      stop.late ? chip(t("route_late"), "gf-chip-late") : stop.due_at ? chip(t("route_due", { at: at(stop.due_at) })) : null,
      one?.hot_words ? chip(one.hot_words, "gf-chip-hot") : null,
    ];
    const tone = one ? app.cases.tone(one) : "none";
    return [
      h("p", { class: `gf-leg${stop.leg.why ? " gf-leg-straight" : ""}` }, icon("walk"), h("span", {}, legWords(app, stop.leg))),
      h(
        "button",
        { type: "button", class: `gf-row gf-stop-row gf-tone-${tone}${next ? " gf-next-row" : ""}`, "data-case": stop.case, onclick: () => app.go(`case=${stop.case}`) },
        h("span", { class: "gf-row-mark" }, String(stop.n)),
        h(
          "span",
          { class: "gf-row-text" },
          h("span", { class: "gf-row-head" }, h("strong", {}, name(app, stop, one)), h("span", { class: "gf-far" }, at(stop.begins_at))),
          h("span", { class: "gf-row-where" }, one ? one.place || one.address || t("no_address") : ""),
          h("span", { class: "gf-chips" }, next ? chip(t("route_next"), "gf-chip-plain") : null, chips),
        ),
      ),
    ];
  }

  const name = (app, stop, one) => one?.category_name || app.text.t("route_case", { id: stop.case });

  function leftRow(app, left, one) {
    const { count } = app.text;
    const lacks = left.lacks_minutes === null ? null : count("route_lacks", Math.max(1, Math.ceil(left.lacks_minutes)));
    return h(
      "button",
      { type: "button", class: `gf-row gf-tone-${one ? app.cases.tone(one) : "none"}`, "data-case": left.case, onclick: () => app.go(`case=${left.case}`) },
      h("span", { class: "gf-row-mark" }, "–"),
      h(
        "span",
        { class: "gf-row-text" },
        h("span", { class: "gf-row-head" }, h("strong", {}, name(app, left, one))),
        h("span", { class: "gf-row-where" }, one ? one.place || one.address || "" : ""),
        h("span", { class: "gf-chips" }, h("span", { class: "gf-chip" }, [left.words, lacks].filter(Boolean).join(" · "))),
      ),
    );
  }

  /** The route as files for other programs. */
  function files(app) {
    if (app.host.alone) return null;
    const query = new URLSearchParams({ lang: app.page.locale, ...(app.page.team ? { team: app.page.team } : {}) });
    const link = (ending, words) =>
      h("a", { class: "gf-choice", href: `/api/field/route.${ending}?${query}`, download: true }, icon("download"), h("span", {}, h("strong", {}, words)));
    return h("div", { class: "gf-choices" }, link("gpx", app.text.t("get_gpx")), link("kml", app.text.t("get_kml")));
  }

  function bar(app) {
    const { t } = app.text;
    const here = () => {
      if (app.position.at) return app.routes.fromHere();
      app.position.start();
      const words = { denied: "position_denied", insecure: "position_insecure", lost: "position_lost" }[app.position.state];
      return app.toast.say(t(words || "position_asking"), { icon: "locate" });
    };
    return h(
      "div",
      { class: "gf-bar" },
      button(t("route_from_here"), { icon: "locate", look: "gf-second", press: here, disabled: app.routes.busy }),
      button(t("route_shift"), { icon: "clock", look: "gf-second", press: () => app.go("route&do=shift"), disabled: app.routes.busy }),
    );
  }

  /** The form of the shift: when, from where, how much. */
  field.shiftView = function (app) {
    const { t } = app.text;
    const { shift, start_name: startName } = app.routes.route; // without one the view of the route stands here
    const head = h(
      "div",
      { class: "gf-title gf-card-title" },
      button(t("back"), { icon: "back", look: "gf-round", hidden: true, press: app.back }),
      h("div", {}, h("h1", {}, t("route_shift")), h("p", { class: "gf-where" }, shift.day || "")),
    );
    const input = (type, value, more = {}) => h("input", { type, value: value ?? null, ...more });
    const fields = {
      begins: input("time", shift.begins, { required: true }),
      ends: input("time", shift.ends, { required: true }),
      most: input("number", shift.most_stops, { min: 1, max: MOST, inputmode: "numeric", placeholder: t("route_any") }),
      capacity: input("number", shift.capacity, { min: 1, max: MOST, inputmode: "numeric", placeholder: t("route_any") }),
      back: input("checkbox", null, { role: "switch", checked: shift.back !== false }),
    };
    let start = shift.start || null;
    const place = h("span", { class: "gf-switch", role: "group", "aria-label": t("route_start") });
    const choices = () =>
      place.replaceChildren(
        ...[
          [null, startName || t("route_start_team")],
          ["map", t("route_start_map")],
        ].map(([value, words]) =>
          button(words, {
            look: Boolean(value) === Boolean(start) ? "gf-on" : "",
            "aria-pressed": String(Boolean(value) === Boolean(start)),
            press: () => {
              start = value;
              choices();
            },
          }),
        ),
      );
    choices();
    const row = (words, control, hint) =>
      h("label", { class: "gf-setting" }, h("span", { class: "gf-setting-name" }, words, hint ? h("small", {}, hint) : null), control);
    const whole = (control) => (control.value === "" ? null : Number(control.value));
    const send = async (event) => {
      event.preventDefault();
      await app.routes.choose({
        day: shift.day,
        begins: fields.begins.value,
        ends: fields.ends.value,
        start: start === "map" ? corner(app.map.middle()) : start,
        back: fields.back.checked,
        most_stops: whole(fields.most),
        capacity: whole(fields.capacity),
      });
      if (app.routes.words) app.toast.say(app.routes.words, { icon: "warn", ms: 7000 });
      else app.back();
    };
    const form = h(
      "form",
      { class: "gf-shift", id: "gf-shift", onsubmit: send },
      row(t("route_begins"), fields.begins),
      row(t("route_ends"), fields.ends),
      h("div", { class: "gf-setting" }, h("span", { class: "gf-setting-name" }, t("route_start"), h("small", {}, t("route_start_hint"))), place),
      row(t("route_back"), fields.back),
      row(t("route_most"), fields.most),
      row(t("route_capacity"), fields.capacity, t("route_capacity_hint")),
    );
    const foot = h("div", { class: "gf-bar" }, h("button", { type: "submit", form: "gf-shift", class: "gf-button gf-primary" }, icon("route"), h("span", {}, t("route_plan"))));
    return { key: "shift", head, body: form, foot, form: true, size: "tall" };
  };

  const corner = ({ lon, lat }) => [Number(lon.toFixed(6)), Number(lat.toFixed(6))];
})((window.gezhi = window.gezhi || {}));
