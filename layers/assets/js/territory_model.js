/* Territories while they are painted: whose each cell is, strokes with undo and redo, and what each team carries. */
(function (gezhi) {
  "use strict";

  const { worldX, worldY } = gezhi.projection;
  const MOST_STEPS = 200;

  class TerritoryModel {
    /** `answer` is what `/api/territories` says. */
    constructor(answer) {
      this.cells = answer.cells;
      this.rowOf = new Map(answer.cells.map((cell, row) => [cell, row]));
      this.load = Float64Array.from(answer.load);
      this.team = Int32Array.from(answer.team);
      this.before = Int32Array.from(answer.before);
      this.teams = answer.teams;
      this.homeOf = new Int32Array(answer.cells.length).fill(-1);
      answer.homes.forEach(({ cells }, n) => cells.forEach((row) => (this.homeOf[row] = n)));
      this.homes = answer.homes;
      this.undone = [];
      this.done = [];
      this.stroke = null;
      this.lay();
      this.setWalls(answer.walls);
      this.setPins(answer.wishes);
    }

    /** The outline of each cell, its middle, and the edges between cells: {a, b, from, to}, b = -1 at the rim. */
    lay() {
      const corners = new gezhi.Corners();
      const open = new Map(); // from * 2^26 + to -> edge
      this.middles = [];
      this.outlines = [];
      this.edges = [];
      this.cells.forEach((cell, row) => {
        const [lat, lng] = window.h3.cellToLatLng(cell);
        this.middles.push([worldX(lng), worldY(lat)]);
        const numbers = window.h3
          .cellToBoundary(cell)
          .map(([at, along]) => corners.numberOf(worldX(along), worldY(at)));
        this.outlines.push(numbers.map((number) => corners.places[number]));
        numbers.forEach((to, i) => {
          const from = numbers[(i || numbers.length) - 1];
          if (from === to) return;
          const known = open.get(gezhi.Corners.edge(to, from));
          if (known) known.b = row;
          else {
            const edge = { a: row, b: -1, from: corners.places[from], to: corners.places[to] };
            this.edges.push(edge);
            open.set(gezhi.Corners.edge(from, to), edge);
          }
        });
      });
    }

    setWalls(walls) {
      this.walls = walls;
      const shut = new Set(walls.map(([a, b]) => Math.min(a, b) * this.cells.length + Math.max(a, b)));
      this.links = this.cells.map(() => []);
      for (const { a, b } of this.edges) {
        if (b < 0 || shut.has(Math.min(a, b) * this.cells.length + Math.max(a, b))) continue;
        this.links[a].push(b);
        this.links[b].push(a);
      }
    }

    /** Pins of cells come before those of the compound that they lie in; 0 is no pin. */
    setPins({ pins, homes }) {
      this.pinned = new Int32Array(this.cells.length);
      this.homes.forEach(({ id, cells }) => {
        if (homes[id]) cells.forEach((row) => (this.pinned[row] = homes[id]));
      });
      for (const [cell, team] of Object.entries(pins)) {
        const row = this.rowOf.get(cell);
        if (row !== undefined) this.pinned[row] = team;
      }
    }

    // Strokes

    begin(team) {
      this.stroke = { team, from: new Map(), kept: 0 };
    }

    /** Give rows to the stroke's team; what is pinned to another stays. Returns whether anything changed. */
    take(rows) {
      const { team, from } = this.stroke;
      let changed = false;
      for (const row of rows) {
        if (row === undefined || this.team[row] === team) continue;
        if (this.pinned[row] && this.pinned[row] !== team) {
          this.stroke.kept += 1;
          continue;
        }
        if (!from.has(row)) from.set(row, this.team[row]);
        this.team[row] = team;
        changed = true;
      }
      return changed;
    }

    /** Returns the step that was made, {rows, from, to}, or null. */
    end() {
      const { from } = this.stroke;
      this.stroke = null;
      const rows = [...from.keys()].filter((row) => this.team[row] !== from.get(row));
      if (!rows.length) return null;
      const step = { rows, from: rows.map((row) => from.get(row)), to: rows.map((row) => this.team[row]) };
      this.done.push(step);
      if (this.done.length > MOST_STEPS) this.done.shift();
      this.undone = [];
      return step;
    }

    cancel() {
      if (!this.stroke) return;
      this.stroke.from.forEach((team, row) => (this.team[row] = team));
      this.stroke = null;
    }

    /** Take the last step back; returns what is to be kept, or null. */
    undo() {
      const step = this.done.pop();
      if (!step) return null;
      this.undone.push(step);
      return this.put(step.rows, step.from);
    }

    redo() {
      const step = this.undone.pop();
      if (!step) return null;
      this.done.push(step);
      return this.put(step.rows, step.to);
    }

    put(rows, teams) {
      rows.forEach((row, i) => (this.team[row] = teams[i]));
      return { rows, to: teams };
    }

    // Figures

    /** What each team carries: {id, cells, load, share, pieces, was, gained, lost}, and of all together. */
    figures() {
      const of = new Map(this.teams.map(({ id }) => [id, { id, cells: 0, load: 0, was: 0, pieces: 0, gained: 0, lost: 0 }]));
      const nobody = { id: 0, cells: 0, load: 0, was: 0, pieces: 0, gained: 0, lost: 0 };
      let changed = 0;
      this.team.forEach((team, row) => {
        const now = of.get(team) || nobody;
        const before = of.get(this.before[row]) || nobody;
        now.cells += 1;
        now.load += this.load[row];
        before.was += this.load[row];
        if (now === before) return;
        changed += 1;
        now.gained += 1;
        before.lost += 1;
      });
      this.parts().forEach((team) => ((of.get(team) || nobody).pieces += 1));
      const teams = [...of.values()];
      const mean = teams.reduce((sum, { load }) => sum + load, 0) / Math.max(1, teams.length);
      for (const one of teams) one.share = mean ? one.load / mean : 0;
      return { teams, nobody, changed, mean, heaviest: Math.max(0, ...teams.map(({ share }) => share)) };
    }

    /** The team of each piece in which teams hang together. */
    parts() {
      const seen = new Uint8Array(this.cells.length);
      const found = [];
      for (let start = 0; start < seen.length; start++) {
        if (seen[start]) continue;
        seen[start] = 1;
        found.push(this.team[start]);
        for (const stack = [start]; stack.length; ) {
          for (const row of this.links[stack.pop()]) {
            if (seen[row] || this.team[row] !== this.team[start]) continue;
            seen[row] = 1;
            stack.push(row);
          }
        }
      }
      return found;
    }

    /** For each team the cell that lies deepest in it, where its number stands. */
    hearts() {
      const depth = new Int32Array(this.cells.length).fill(-1);
      const isInside = (row) => this.links[row].length === 6 && this.links[row].every((at) => this.team[at] === this.team[row]);
      let ring = this.cells.map((_, row) => row).filter((row) => !isInside(row));
      ring.forEach((row) => (depth[row] = 0));
      while (ring.length) {
        const next = [];
        for (const row of ring) {
          for (const at of this.links[row]) {
            if (depth[at] >= 0 || this.team[at] !== this.team[row]) continue;
            depth[at] = depth[row] + 1;
            next.push(at);
          }
        }
        ring = next;
      }
      const middle = new Map();
      this.team.forEach((team, row) => {
        const sum = middle.get(team) || [0, 0, 0];
        middle.set(team, [sum[0] + this.middles[row][0], sum[1] + this.middles[row][1], sum[2] + 1]);
      });
      const best = new Map();
      this.team.forEach((team, row) => {
        if (!team) return;
        const [x, y, n] = middle.get(team);
        const away = Math.hypot(this.middles[row][0] - x / n, this.middles[row][1] - y / n);
        const known = best.get(team);
        const deeper = known && (depth[row] > known.depth || (depth[row] === known.depth && away < known.away));
        if (!known || deeper) best.set(team, { row, depth: depth[row], away });
      });
      return best;
    }
  }

  gezhi.TerritoryModel = TerritoryModel;
})((window.gezhi = window.gezhi || {}));
