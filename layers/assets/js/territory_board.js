/* The board beside the map of territories: what each team carries, live while one paints, and what is painted with. */
(function (gezhi) {
  "use strict";

  const BRUSHES = [1, 7, 19];
  const LOOKS = ["changes", "work"];
  /** A bar is full at so many times the mean. */
  const FULL = 1.6;
  const EVEN = 1.05;

  class TerritoryBoard {
    constructor(parent) {
      this.box = gezhi.element("section", "gz-board");
      this.sum = gezhi.element("p", "gz-board-sum", { "aria-live": "polite" });
      this.saved = gezhi.element("p", "gz-board-saved", { "aria-live": "polite" });
      this.tools = gezhi.element("div", "gz-board-tools");
      this.table = gezhi.element("div", "gz-board-teams", { role: "radiogroup" });
      this.box.append(this.sum, this.saved, this.tools, this.table);
      parent.append(this.box);
      this.rows = new Map();
      this.box.addEventListener("keydown", (event) => this.key(event));
      this.hear = ({ detail }) => this.take(detail);
      document.addEventListener("gezhi:territories", this.hear);
    }

    update(data) {
      this.data = data;
      this.number = gezhi.numberFormat(data.locale);
      this.tools.replaceChildren();
      this.rows.clear();
      this.table.replaceChildren();
      if (window.gezhiTerritories) this.take(window.gezhiTerritories);
    }

    remove() {
      document.removeEventListener("gezhi:territories", this.hear);
      this.box.remove();
    }

    /** Undo and redo go by the board's keys too. */
    key(event) {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "z" || !this.face) return;
      event.preventDefault();
      this.face.step(event.shiftKey ? "redo" : "undo");
    }

    take(face) {
      this.face = face;
      if (!this.data || !face.state) return;
      this.showTools();
      this.showSum();
      this.showTeams();
      this.showSaved();
    }

    showTools() {
      const { labels } = this.data;
      const { paints, brush, looks } = this.face.state;
      if (!this.tools.firstChild) {
        this.brushes = gezhi.element("div", "gz-board-group", { role: "group", "aria-label": labels.brush });
        const title = gezhi.element("span", "gz-board-label");
        title.textContent = labels.brush;
        this.brushes.append(title);
        for (const cells of BRUSHES) this.brushes.append(this.button(`${cells}`, labels[`brush_${cells}`], () => this.face.setBrush(cells)));
        this.looks = gezhi.element("div", "gz-board-group", { role: "group", "aria-label": labels.show });
        for (const name of LOOKS) {
          const press = () => this.face.look(name, !this.face.state.looks[name]);
          this.looks.append(this.button(name, labels[`look_${name}`], press));
        }
        this.tools.append(this.brushes, this.looks);
      }
      this.brushes.hidden = !paints;
      for (const button of this.tools.querySelectorAll("button")) {
        const { name } = button.dataset;
        button.setAttribute("aria-pressed", String(LOOKS.includes(name) ? looks[name] : Number(name) === brush));
      }
    }

    button(name, text, act) {
      const button = gezhi.element("button", "gz-board-button", { type: "button" });
      button.dataset.name = name;
      button.textContent = text;
      button.addEventListener("click", act);
      return button;
    }

    showSum() {
      const { labels } = this.data;
      const { figures, against, edition, draft } = this.face.state;
      const parts = [gezhi.fill(labels.heaviest, { share: this.share(figures.heaviest) })];
      if (against && against.id !== edition.id) {
        const words = labels[`${draft && against.in_force ? "changed" : "other"}${figures.changed === 1 ? "_one" : ""}`];
        parts.push(gezhi.fill(words, { n: this.number(figures.changed), name: against.name }));
      }
      if (figures.nobody.cells) {
        parts.push(gezhi.fill(labels[figures.nobody.cells === 1 ? "nobodys_one" : "nobodys"], { n: this.number(figures.nobody.cells) }));
      }
      const inPieces = figures.teams.filter(({ pieces }) => pieces > 1).length;
      if (inPieces) parts.push(gezhi.fill(labels[inPieces === 1 ? "pieces_one" : "pieces_many"], { n: this.number(inPieces) }));
      this.sum.replaceChildren(
        ...parts.map((text, i) => {
          const part = gezhi.element("span", i ? "" : "gz-board-heaviest");
          part.textContent = text;
          if (!i) part.classList.toggle("gz-board-uneven", figures.heaviest > EVEN + 0.005);
          return part;
        }),
      );
    }

    share(value) {
      return value.toLocaleString(this.data.locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    }

    hours(minutes) {
      const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
      return gezhi.fill(this.data.labels.hours, { n: (minutes / 60).toLocaleString(this.data.locale, digits) });
    }

    showTeams() {
      const { labels } = this.data;
      const { figures, teams, hues, chosen, paints } = this.face.state;
      this.table.setAttribute("aria-label", labels.teams);
      const wanted = paints ? [{ id: null, name: labels.begin }, ...teams, { id: 0, name: labels.nobody }] : teams;
      const key = JSON.stringify(wanted);
      if (key !== this.drawn || !this.table.firstChild) {
        this.drawn = key;
        this.rows.clear();
        this.table.replaceChildren(...wanted.map((team) => this.row(team)));
      }
      const of = new Map(figures.teams.map((one) => [one.id, one]));
      for (const [id, row] of this.rows) {
        row.button.setAttribute("aria-checked", String(id === chosen));
        if (id === null) continue;
        const one = id ? of.get(id) : figures.nobody;
        const cells = gezhi.fill(labels[one.cells === 1 ? "cell" : "cells"], { n: this.number(one.cells) });
        row.cells.textContent = id ? `${cells} · ${this.hours(one.load)}` : cells;
        if (!id) continue;
        row.number.style.setProperty("--hue", this.data.colours[hues[id] || 0]);
        row.number.style.setProperty("--share", `${this.data.opacity * 100}%`);
        row.bar.style.width = `${Math.min(100, (one.share / FULL) * 100)}%`;
        row.bar.classList.toggle("gz-board-over", one.share > EVEN + 0.005);
        row.share.textContent = this.share(one.share);
        const said = [];
        if (one.gained || one.lost) said.push(`+${this.number(one.gained)} −${this.number(one.lost)}`);
        if (one.pieces > 1) said.push(gezhi.fill(labels.in_pieces, { n: one.pieces }));
        row.more.textContent = said.join(" · ");
        row.more.classList.toggle("gz-board-warn", one.pieces > 1);
      }
    }

    row({ id, name }) {
      const button = gezhi.element("button", "gz-board-team", { type: "button", role: "radio" });
      button.dataset.team = id === null ? "begin" : id;
      const parts = { button };
      const part = (key, tag, className, into = button) => {
        parts[key] = gezhi.element(tag, className);
        into.append(parts[key]);
        return parts[key];
      };
      part("number", "span", "gz-board-number").textContent = id === null ? "•" : id || "–";
      const words = part("words", "span", "gz-board-words");
      part("name", "span", "gz-board-name", words).textContent = name;
      part("name", "span", "gz-board-more", words);
      parts.more = parts.name;
      if (id) {
        const track = part("track", "span", "gz-board-track", words);
        part("bar", "i", "", track);
        part("mean", "b", "", track);
        parts.mean.style.left = `${100 / FULL}%`;
      }
      const figures = part("figures", "span", "gz-board-figures");
      if (id) part("share", "strong", "", figures);
      if (id !== null) part("cells", "span", "gz-board-cells", figures);
      button.addEventListener("click", () => this.face.choose(id === this.face.state.chosen ? null : id));
      this.rows.set(id, parts);
      return button;
    }

    showSaved() {
      const { labels } = this.data;
      const { paints, saved } = this.face.state;
      this.saved.hidden = !paints;
      this.saved.textContent = saved.name === "conflict" ? saved.words || "" : labels[saved.name];
      this.saved.classList.toggle("gz-board-warn", saved.name === "conflict" || saved.name === "waiting");
    }
  }

  const mounted = new WeakMap(); // place -> {part, calls}

  /** Streamlit also ends calls that a newer one overtook; only the newest one's end is the board's. */
  gezhi.mountBoard = function ({ parentElement, data }) {
    const place = mounted.get(parentElement) || { part: new TerritoryBoard(parentElement), calls: 0 };
    mounted.set(parentElement, place);
    const call = (place.calls += 1);
    place.part.update(data);
    return () => {
      if (place.calls !== call || mounted.get(parentElement) !== place) return;
      mounted.delete(parentElement);
      place.part.remove();
    };
  };
})((window.gezhi = window.gezhi || {}));
