/* One conductor a map: it stays while Python sends its layers again and again, and hands them their options. */
(function (gezhi) {
  "use strict";

  const conductors = new WeakMap();
  /** What keeps a part's colours while weeks are played. */
  const HELD = { cells: "edges", heat: "top", along: "top" };
  /** Keys that are held while one points. */
  const MODIFIERS = new Set(["Shift", "Control", "Alt", "Meta"]);
  /** The latest that a browser makes a click of a tap. */
  const CLICK_AFTER_MS = 400;

  class Conductor {
    constructor(map, options) {
      this.map = map;
      this.options = options;
      this.container = map.getContainer();
      this.parts = new Map(); // kind -> part
      this.owners = new Map(); // kind -> the call that it follows
      this.given = new Map(); // kind -> the options of that call
      this.asked = new Map(); // kind -> the query that it was handed
      this.filter = filterAround(); // what the page around steers to; null as long as Python's word is enough
      this.extra = {};
      this.label();
      this.notice = new gezhi.Notice(map, options.labels, (text) => this.speak(text));
      this.spoken = gezhi.element("div", "gz-spoken", { "aria-live": "polite" });
      this.container.append(this.spoken);
      this.addControls();
      this.beginView();
      this.listen();
    }

    label() {
      this.container.classList.add("gz-map");
      this.container.setAttribute("role", "application");
      this.container.setAttribute("aria-label", this.options.labels.map);
      // Streamlit calls the frame by the name of a module; null where it belongs to another site.
      if (window.frameElement) window.frameElement.setAttribute("aria-label", this.options.labels.frame);
      this.setTheme(this.options.theme);
      this.setState("loading");
      // Leaflet focuses the map at every press. The page around it must not scroll then: the map would be
      // somewhere else when the button is let go, and the click would meet another place.
      const focus = this.container.focus.bind(this.container);
      this.container.focus = (options) => focus({ preventScroll: true, ...options });
    }

    addControls() {
      const { labels } = this.options;
      const titles = { zoomInTitle: labels.zoom_in, zoomOutTitle: labels.zoom_out };
      L.control.zoom({ position: "topright", ...titles }).addTo(this.map);
      const corner = L.control({ position: "bottomright" });
      corner.onAdd = () => {
        const line = gezhi.element("div", "gz-attribution");
        this.attribution = line;
        this.credit("");
        return line;
      };
      corner.addTo(this.map);
      L.control.scale({ position: "bottomright", imperial: false }).addTo(this.map);
    }

    /** Say who made the data, and who the online map under them. */
    credit(online) {
      const said = [this.options.attribution, online].filter(Boolean).join(" · ");
      this.attribution.textContent = said;
      this.attribution.hidden = !said;
    }

    beginView() {
      const home = new gezhi.Home(this.map, this.options.bounds);
      this.home = home;
      this.address = new gezhi.Address(this.map, home, this.options.keepView);
      const view = this.address.read();
      if (view) home.leaveFor(view);
      // The frame gets its size late and changes it: style sheets, a sidebar that opens, a phone that turns.
      new ResizeObserver(() => {
        this.map.invalidateSize({ animate: false });
        home.fit();
      }).observe(this.container);
    }

    listen() {
      this.map.on("moveend", () => this.parts.forEach((part) => part.moved()));
      this.map.on("click", (event) => this.click(event));
      if (window.matchMedia("(hover: hover)").matches) {
        this.map.on("mousemove", (event) => this.hover(event));
        this.map.on("mouseout", () => this.hover(null));
        this.map.on("movestart", () => this.hover(null));
      }
      this.container.addEventListener("keydown", (event) => this.key(event));
      // Leaflet focuses the map at a click: only keys make it show where the keyboard is.
      document.addEventListener("keydown", (event) => MODIFIERS.has(event.key) || this.useKeys(true), true);
      document.addEventListener("pointerdown", () => this.point(), true);
      document.addEventListener("pointerup", () => this.pointNoMore(), true);
      document.addEventListener("pointercancel", () => this.pointNoMore(), true);
      this.container.addEventListener("focus", () => {
        if (!this.pointed && this.container.matches(":focus-visible")) this.useKeys(true); // by a key outside
        this.follow();
      });
      this.container.addEventListener("blur", () => {
        this.followed = null;
        this.hover(null);
      });
    }

    click(event) {
      const spot = this.parts.get("spot");
      if (spot) {
        spot.choose(event.latlng);
        return;
      }
      const select = this.parts.get("select");
      if (select && select.click(event)) return;
      const points = this.parts.get("points");
      if (points && points.click(event)) return;
      const ground = this.ground();
      if (ground) ground.click(event);
    }

    hover(event) {
      const select = this.parts.get("select");
      if (select && select.busy()) event = null;
      const points = this.parts.get("points");
      const ground = this.ground();
      const onPoint = Boolean(points && points.hover(event));
      if (ground) ground.hover(event && !onPoint ? event.latlng : null);
    }

    /** The part whose figures cover the map: cells, places by their rates, or a smooth surface. */
    ground() {
      return this.parts.get(this.groundKind());
    }

    /** The part that draws cells, whatever they say; undefined where the ground is another. */
    cells() {
      return this.parts.get("hot") || this.parts.get("cells");
    }

    point() {
      clearTimeout(this.pointing);
      this.pointed = true;
      this.useKeys(false);
    }

    /** A tap is over before the click that it becomes, and with it the focus, has come. */
    pointNoMore() {
      clearTimeout(this.pointing);
      this.pointing = setTimeout(() => (this.pointed = false), CLICK_AFTER_MS);
    }

    useKeys(keys) {
      this.container.classList.toggle("gz-keys", keys);
    }

    /** While keys move the map, what is in its middle is explained, on the screen and to a screen reader. */
    follow() {
      if (document.activeElement !== this.container || !this.container.classList.contains("gz-keys")) return;
      const centre = this.map.getCenter();
      const points = this.parts.get("points");
      const ground = this.ground();
      const told = points ? points.explain(centre) : "";
      if (ground) ground.hover(told ? null : centre);
      const words = told || (ground ? ground.tip.text : "");
      if (words === this.followed) return; // painted again: what was said since is not talked over
      this.followed = words;
      this.speak(words);
    }

    speak(text) {
      this.spoken.textContent = text;
    }

    key(event) {
      const ground = this.ground();
      const spot = this.parts.get("spot");
      if (spot && event.key === "Enter" && event.target === this.container) spot.choose(this.map.getCenter());
      if (event.target !== this.container) return;
      const points = this.parts.get("points");
      if (event.key === "Escape" && points && points.close()) return;
      if (event.key === "Enter" && points && points.click({ latlng: this.map.getCenter() }, true)) return;
      const select = this.parts.get("select");
      if (select && select.key(event)) return;
      if (!ground) return;
      if (event.key === "Escape") ground.choose(null);
      if (event.key === "Enter") ground.choose(ground.at(this.map.getCenter()));
    }

    /** The name of a pane of its own that lets every pointer through. */
    pane(name, order) {
      const full = `gz-${name}`;
      const pane = this.map.getPane(full) || this.map.createPane(full);
      pane.style.zIndex = order;
      pane.style.pointerEvents = "none";
      return full;
    }

    showsPoints() {
      const points = this.parts.get("points");
      return Boolean(points && points.inUse());
    }

    setTheme(theme) {
      if (theme === this.theme) return;
      this.theme = theme;
      this.container.classList.toggle("gz-dark", theme === "dark");
      this.parts.forEach((part) => part.themed && part.themed());
    }

    /** For tests and benches: they wait for these instead of sleeping. */
    setState(state, query, paints) {
      this.container.dataset.gezhiState = state;
      if (query !== undefined) this.container.dataset.gezhiQuery = query;
      if (paints !== undefined) this.container.dataset.gezhiPaints = paints;
    }

    /** Call back when what was drawn just now has been given to the screen. */
    afterPaint(callback) {
      requestAnimationFrame(() => setTimeout(callback, 0));
    }

    /** A call took over a part; Python's newest call counts. */
    take(kind, owner, options) {
      this.owners.set(kind, owner);
      this.given.set(kind, options);
      if (!this.parts.has(kind)) this.parts.set(kind, new gezhi.parts[kind](this));
      this.hand(kind);
      if (kind === "points" && this.ground()) this.ground().fade();
    }

    /** Hand a part its options; of the filter in its query the page around has the last word. */
    hand(kind) {
      const given = this.given.get(kind);
      const query = this.queryOf(kind, this.filter === null ? given.query : this.filter, this.extra);
      this.asked.set(kind, query);
      this.parts.get(kind).update(query === null ? given : { ...given, query });
    }

    /** What a part asks of its route for a filter; null for a part that asks for nothing filtered. */
    queryOf(kind, filter, extra) {
      const own = this.given.get(kind).query;
      if (typeof own !== "string") return null;
      const query = new URLSearchParams(gezhi.query.steered(own, filter));
      const held = HELD[kind];
      if (held && extra[held] && !query.has(held)) query.set(held, extra[held]);
      return query.toString();
    }

    /** Show the reports of a filter at once, whatever Python said; returns the query to be painted, or null. */
    steer(filter, extra) {
      this.filter = filter;
      this.extra = extra;
      for (const kind of this.parts.keys()) {
        if (this.asked.get(kind) !== this.queryOf(kind, filter, extra)) this.hand(kind);
      }
      return this.asked.get(this.groundKind()) || null;
    }

    groundKind() {
      return ["rates", "along", "heat", "hot", "cells"].find((kind) => this.parts.has(kind));
    }

    /** Fetch what the map will be asked to show next. */
    ahead(filter, extra) {
      const ground = this.ground();
      if (!ground || !ground.addressOf) return;
      gezhi.Request.ahead(ground.addressOf(this.queryOf(this.groundKind(), filter, extra)));
    }

    /** A call was taken off the map. Mostly another one follows at once, so wait for it. */
    release(kind, owner) {
      setTimeout(() => {
        if (this.owners.get(kind) !== owner) return;
        this.parts.get(kind).remove();
        for (const known of [this.parts, this.owners, this.given, this.asked]) known.delete(kind);
      }, 0);
    }
  }

  /** What Python's layers are in Leaflet: nothing on the map themselves, only a word to the conductor. */
  const Call = L.Layer.extend({
    initialize(kind, options) {
      this.kind = kind;
      this.given = options;
    },

    onAdd(map) {
      conductorOf(map).take(this.kind, this, this.given);
    },

    onRemove(map) {
      conductorOf(map).release(this.kind, this);
    },
  });

  function conductorOf(map) {
    if (!conductors.has(map)) throw new Error("gezhi.prepare(map, options) comes before the layers");
    return conductors.get(map);
  }

  /** The filter that the page around shows by now, while Python has not taken it up; null without one. */
  function filterAround() {
    try {
      const { choices } = window.parent.gezhi;
      if (!choices) return null; // a map that is a page of its own
      setTimeout(() => choices.notify(), 0); // there is a map now
      return choices.steered;
    } catch {
      return null; // no such page, or one of somebody else
    }
  }

  let newest = null;

  gezhi.prepare = function (map, options) {
    newest = new Conductor(map, options);
    conductors.set(map, newest);
  };

  /** For the page around: what `layers/assets/js/frames.js` asks of the map. */
  gezhi.steer = (filter, extra = {}) => newest && newest.steer(filter, extra);
  gezhi.ahead = (filter, extra = {}) => newest && newest.ahead(filter, extra);
  gezhi.edgesOf = (filter) => {
    const cells = newest && newest.parts.get("cells");
    return cells ? cells.edgesOf(newest.queryOf("cells", filter, {})) : [];
  };

  gezhi.layer = function (kind, options) {
    return new Call(kind, options);
  };
})((window.gezhi = window.gezhi || {}));
