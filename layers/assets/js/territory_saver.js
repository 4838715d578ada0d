/* Keep what is painted, step by step and in order; nothing on the screen waits for it. */
(function (gezhi) {
  "use strict";

  const RETRY_MS = 3000;

  class TerritorySaver {
    /**
     * `path` is that of the route; `listener` has `state(name, words)` for saved, saving, waiting and conflict, and
     * `answered(answer)` for each step that was kept.
     */
    constructor(path, version, listener) {
      Object.assign(this, { path, version, listener });
      this.queue = [];
      this.busy = false;
      this.stopped = false;
      this.leave = (event) => this.queue.length && event.preventDefault();
      window.addEventListener("beforeunload", this.leave);
    }

    /** Add what is to be sent; the version goes with it when its turn comes. */
    add(content) {
      if (this.stopped) return;
      this.queue.push(content);
      this.listener.state("saving");
      this.work();
    }

    async work() {
      if (this.busy || this.stopped) return;
      this.busy = true;
      while (this.queue.length && !this.stopped) {
        let answer;
        try {
          answer = await this.send(this.queue[0]);
        } catch {
          answer = { status: 0 };
        }
        if (this.stopped) break;
        if (answer.status === 200) {
          this.queue.shift();
          this.version = answer.said.version;
          this.listener.answered(answer.said);
        } else if (answer.status === 409 || (answer.status >= 400 && answer.status < 500)) {
          this.stop();
          this.listener.state("conflict", answer.said.error);
          return;
        } else {
          this.listener.state("waiting");
          await new Promise((resume) => (this.waiting = setTimeout(resume, RETRY_MS)));
        }
      }
      this.busy = false;
      if (!this.stopped) this.listener.state("saved");
    }

    async send(content) {
      const response = await fetch(`${gezhi.root}/api/${this.path}`, {
        method: "POST",
        credentials: "same-origin",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...content, version: this.version }),
      });
      const said = await response.json().catch(() => ({}));
      return { status: response.status, said };
    }

    stop() {
      this.stopped = true;
      this.queue = [];
      clearTimeout(this.waiting);
      window.removeEventListener("beforeunload", this.leave);
    }
  }

  gezhi.TerritorySaver = TerritorySaver;
})((window.gezhi = window.gezhi || {}));
