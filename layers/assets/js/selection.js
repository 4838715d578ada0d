/* Which cell is selected, told both by clicks here and by the page, whose word comes later. */
(function (gezhi) {
  "use strict";

  class Selection {
    constructor(onChange) {
      this.onChange = onChange;
      this.cell = null;
      this.told = null; // what the page said last
      this.unanswered = []; // clicks that the page has not come back to
    }

    /** Selected here, by a click or a key. */
    choose(cell) {
      if (cell === this.cell) return false;
      this.unanswered.push(cell);
      this.set(cell);
      return true;
    }

    /**
     * Selected by the page. An echo of an older click must not undo a newer one.
     *
     * Returns whether the page chose this itself, which is not the answer to a click on the map.
     */
    tell(cell) {
      const echo = this.unanswered.indexOf(cell);
      if (echo < 0 && cell === this.told) return false;
      if (echo >= 0) this.unanswered.splice(0, echo + 1);
      else this.unanswered = [];
      this.told = cell;
      if (!this.unanswered.length) this.set(cell);
      return echo < 0;
    }

    set(cell) {
      this.cell = cell;
      this.onChange(cell);
    }
  }

  gezhi.Selection = Selection;
})((window.gezhi = window.gezhi || {}));
