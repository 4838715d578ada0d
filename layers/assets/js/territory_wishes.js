/* What is wanted of every proposal of territories: cells and compounds that stay with a team, and barriers. */
(function (gezhi) {
  "use strict";

  const { worldX, worldY, longitude, latitude, TILE_PX } = gezhi.projection;
  const NEAR_PX = 14;
  const MOST_POINTS = 200;

  class TerritoryWishes {
    /** `part` is the map of territories that they are wished on. */
    constructor(part) {
      this.part = part;
      this.walls = []; // the barriers that were drawn, as lines of the world
      this.saver = null;
    }

    /** Whether the wishes that Python speaks of are those of this map's own strokes. */
    areOwn(version) {
      return Boolean(this.saver) && (this.saver.queue.length > 0 || version <= this.saver.version);
    }

    /** Take up what the server says. */
    take({ drawn, version }) {
      const { part } = this;
      this.walls = drawn.map((line) => line.map(([lon, lat]) => [worldX(lon), worldY(lat)]));
      if (this.saver) this.saver.stop();
      this.saver = part.save("territories/wishes", version, (said) => {
        part.model.setWalls(said.walls);
        part.paint();
        part.tell();
      });
    }

    /** Let a cell, or the compound that it lies in, stay with the team that has it; or no more. */
    pin(row) {
      const { model, answer, options, conductor } = this.part;
      const { pins, homes } = answer.wishes;
      const home = model.homeOf[row] >= 0 ? model.homes[model.homeOf[row]] : null;
      const cell = model.cells[row];
      const team = model.team[row];
      if (cell in pins) delete pins[cell];
      else if (home && home.id in homes) delete homes[home.id];
      else if (!team) return;
      else if (home) homes[home.id] = team;
      else pins[cell] = team;
      model.setPins(answer.wishes);
      this.saver.add({ pins: { ...pins }, homes: { ...homes }, cells: model.cells });
      const named = home && answer.names[home.id];
      const words = model.pinned[row] ? options.labels.pinned_to : options.labels.unpinned;
      conductor.notice.say("pins", gezhi.fill(words, { what: named || options.labels.one_cell, team }));
      this.part.paint();
      this.part.tell();
    }

    /** Draw a barrier. */
    wall(points) {
      this.setWalls([...this.walls, thinned(points)]);
    }

    /** Take away the barrier that was drawn near a place. */
    unwall(place) {
      const scale = TILE_PX * 2 ** this.part.map.getZoom();
      const away = this.walls.map((line) => distance(line, place) * scale);
      const nearest = away.indexOf(Math.min(...away));
      if (nearest < 0 || away[nearest] > NEAR_PX) return;
      this.setWalls(this.walls.filter((_, i) => i !== nearest));
    }

    setWalls(walls) {
      this.walls = walls;
      const drawn = walls.map((line) => line.map(([x, y]) => [+longitude(x).toFixed(6), +latitude(y).toFixed(6)]));
      this.saver.add({ drawn, cells: this.part.model.cells });
      this.part.paint();
    }
  }

  /** No more points of a line than it needs: those that are a few metres apart. */
  function thinned(points) {
    const step = Math.ceil(points.length / MOST_POINTS);
    return points.filter((_, i) => i % step === 0 || i === points.length - 1);
  }

  /** How far a place lies from a line, in units of the world. */
  function distance(line, [x, y]) {
    let best = Infinity;
    for (let i = 1; i < line.length; i++) {
      const [ax, ay] = line[i - 1];
      const [bx, by] = [line[i][0] - ax, line[i][1] - ay];
      const along = Math.max(0, Math.min(1, ((x - ax) * bx + (y - ay) * by) / (bx * bx + by * by || 1)));
      best = Math.min(best, Math.hypot(x - ax - along * bx, y - ay - along * by));
    }
    return best;
  }

  gezhi.TerritoryWishes = TerritoryWishes;
})((window.gezhi = window.gezhi || {}));
