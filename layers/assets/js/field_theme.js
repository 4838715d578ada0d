/* Light or dark: as the team chose, else as the phone is. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  /** Put the theme of the settings on the page and keep it in step; `changed` is called when it is another one. */
  field.theme = function (settings, changed) {
    const dark = window.matchMedia("(prefers-color-scheme: dark)");

    function set() {
      const chosen = settings.theme === "auto" ? (dark.matches ? "dark" : "light") : settings.theme;
      if (document.documentElement.dataset.theme === chosen) return;
      document.documentElement.dataset.theme = chosen;
      changed();
    }

    dark.addEventListener("change", set);
    set();
    return set;
  };
})((window.gezhi = window.gezhi || {}));
