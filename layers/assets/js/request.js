/* One question at a time to a route: a new one ends the one before. */
(function (gezhi) {
  "use strict";

  const SLOW_MS = 300;
  const MOST_AHEAD = 8;

  const fetchedAhead = new Map(); // address -> promise of a response, or of null

  class Request {
    /** `onSlow(true)` is called when an answer takes long, `onSlow(false)` when it is over. */
    constructor(onSlow) {
      this.onSlow = onSlow;
      this.controller = null;
      this.url = null; // of the question under way
    }

    /**
     * Ask, and read the answer with `read(response)`.
     *
     * Resolves to {answer, ms}; to null if another question came in between. Rejects with an Error for a
     * network fault, an error status or an answer that cannot be read.
     */
    async get(url, read) {
      this.abort();
      const controller = new AbortController();
      this.controller = controller;
      this.url = url;
      const begun = performance.now();
      const slow = setTimeout(() => this.onSlow(true), SLOW_MS);
      try {
        const ready = await takeAhead(url);
        if (this.controller !== controller) return null;
        const response = ready || (await fetch(url, { signal: controller.signal, credentials: "same-origin" }));
        if (!response.ok) throw new Error(`status ${response.status}`);
        const answer = await read(response);
        return this.controller === controller ? { answer, ms: performance.now() - begun } : null;
      } catch (error) {
        if (this.controller !== controller) return null;
        throw error;
      } finally {
        clearTimeout(slow);
        if (this.controller === controller) {
          this.controller = this.url = null;
          this.onSlow(false);
        }
      }
    }

    /** Ask before the answer is needed: the next `get` of this address takes it. */
    static ahead(url) {
      if (fetchedAhead.has(url)) return;
      if (fetchedAhead.size >= MOST_AHEAD) fetchedAhead.delete(fetchedAhead.keys().next().value);
      fetchedAhead.set(
        url,
        fetch(url, { credentials: "same-origin" }).catch(() => null),
      );
    }

    abort() {
      const underWay = this.controller;
      this.controller = this.url = null;
      if (underWay) {
        underWay.abort();
        this.onSlow(false);
      }
    }
  }

  function takeAhead(url) {
    const found = fetchedAhead.get(url);
    fetchedAhead.delete(url);
    return found;
  }

  /** The address of one of the project's routes: beside the scripts, wherever those were mounted. */
  const own = document.currentScript && document.currentScript.src;
  const root = own && own.includes("/assets/") ? own.slice(0, own.indexOf("/assets/")) : "";

  function address(route, query, parameters) {
    const all = new URLSearchParams(query);
    for (const [name, value] of Object.entries(parameters)) if (value !== "") all.set(name, value);
    return `${root}/api/${route}?${all}`;
  }

  gezhi.Request = Request;
  gezhi.address = address;
  gezhi.root = root;
})((window.gezhi = window.gezhi || {}));
