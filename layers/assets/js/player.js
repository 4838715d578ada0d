/* Plays through time: a range moves on step by step, each when the one before is painted and its time has come. */
(function (gezhi) {
  "use strict";

  const AHEAD = 3;

  class Player {
    /**
     * `show(range)` paints a range and resolves when it is on the screen; `ahead(range)` has it fetched early;
     * `onChange(playing)` is called when playing begins, `onEnd(range)` with the last range when it ends.
     */
    constructor({ show, ahead, onChange, onEnd }) {
      Object.assign(this, { show, ahead, onChange, onEnd });
      this.playing = false;
      this.perSecond = 4;
      this.steps = 0; // of this run, for benches
    }

    /** Play from a range on, to the end of `count` steps. */
    async play([first, last], count) {
      this.playing = true;
      this.steps = 0;
      this.begun = performance.now();
      this.onChange(true);
      const length = last - first;
      let at = first;
      for (;;) {
        this.range = [at, at + length];
        for (let i = 1; i <= AHEAD && at + length + i < count; i++) this.ahead([at + i, at + length + i]);
        const due = performance.now() + 1000 / this.perSecond;
        await this.show(this.range);
        this.steps += 1;
        this.seconds = (performance.now() - this.begun) / 1000;
        if (!this.playing || at + length + 1 >= count) break;
        await new Promise((resume) => setTimeout(resume, Math.max(0, due - performance.now())));
        if (!this.playing) break;
        at += 1;
      }
      this.playing = false;
      this.onChange(false);
      this.onEnd(this.range);
    }

    pause() {
      this.playing = false;
    }
  }

  gezhi.Player = Player;
})((window.gezhi = window.gezhi || {}));
