/* What is shown stands in the address, behind its hash; and the steps that the way back holds. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  /** `shown` is called when the address leads to something else. */
  field.address = function (shown) {
    const address = () => new URLSearchParams(location.hash.slice(1));
    const depth = () => history.state?.depth || 0; // steps of this page that the browser's way back holds

    function go(hash) {
      history.pushState({ depth: depth() + 1 }, "", `#${hash}`);
      shown();
    }

    function back(steps) {
      const n = typeof steps === "number" ? steps : 1;
      if (depth() >= n) history.go(-n);
      else home();
    }

    /** To the list, or from there to something else: the steps between are forgotten. */
    function home(hash = "") {
      const arrive = () => {
        history.replaceState({ depth: 0 }, "", location.pathname + location.search);
        if (hash) go(hash);
        else shown();
      };
      if (!depth()) return arrive();
      window.addEventListener("popstate", arrive, { once: true });
      return history.go(-depth());
    }

    /** Show something instead of what is shown: the way back leads where it led. */
    function replace(hash) {
      history.replaceState(history.state, "", `#${hash}`);
      shown();
    }

    return { address, go, back, home, replace };
  };
})((window.gezhi = window.gezhi || {}));
