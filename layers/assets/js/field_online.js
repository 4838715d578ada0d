/* The server behind the phone page. A file that stands alone has another host with the same calls.

   A host is `{alone, enter(token), leave(), day(), send({team, store}, answers), sendPhoto({team}, answer, blob), similar(at,
   category), route(at), shift(team, shift), photoUrl(photo, size)}`. One that stands alone (`gezhi.field.alone(page, day)`)
   never sends; it may have `openStorage()`, as `field.openStorage`, and `actions(app)`: buttons `{words, icon, press}` of
   the view of what waits, such as saving it as a file. Calls throw a `field.HostError`, whose `kind` says what to do:
   "network" (try again later), "link" (who asks is not known or no longer), "refused" (this very thing is not
   allowed, with words), "server" (something is wrong there, try again later). */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const SHORT_MS = 12e3;
  const LONG_MS = 90e3; // a photo on a poor network
  const TOO_LARGE = 413;

  field.HostError = class extends Error {
    constructor(kind, words, status = 0) {
      super(words || kind);
      this.kind = kind;
      this.words = words || "";
      this.status = status;
    }
  };

  /** The host of a page that a server sent; `team` where a manager looks through a team's eyes. */
  field.online = function ({ locale, team }) {
    let tag = null; // of the last day, so that an unchanged one costs nothing
    let last = null;

    async function ask(path, { query = {}, ms = SHORT_MS, ...options } = {}) {
      const address = new URL(`/api/field/${path}`, location.href);
      address.searchParams.set("lang", locale);
      if (team) address.searchParams.set("team", team);
      for (const [name, value] of Object.entries(query)) if (value !== null) address.searchParams.set(name, value);
      let answer;
      try {
        answer = await fetch(address, { credentials: "same-origin", signal: AbortSignal.timeout(ms), ...options });
      } catch {
        throw new field.HostError("network");
      }
      if (answer.ok || answer.status === 304) return answer;
      throw await fault(answer);
    }

    async function fault(answer) {
      let words = "";
      let ask = "";
      try {
        const said = await answer.json();
        if (typeof said.error === "string") words = said.error;
        ask = said.ask || "";
      } catch {
        // a proxy's own page: its words are not for people
      }
      // Of what stands between, only "too large" is the last word about what was sent.
      const ours = Boolean(words) || answer.status === TOO_LARGE;
      const kind = ask ? "link" : ours && answer.status < 500 ? "refused" : "server";
      return Object.assign(new field.HostError(kind, words, answer.status), { ask });
    }

    async function json(answer) {
      try {
        return await answer.json();
      } catch {
        throw new field.HostError("network"); // cut off, or the sign-in page of a café
      }
    }

    const post = (path, body, more = {}) =>
      ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), ...more });

    return {
      alone: false,
      enter: async (token) => void (await post("enter", { token })),
      leave: async () => void (await ask("leave", { method: "POST" })),
      async day() {
        const answer = await ask("day", { headers: tag ? { "If-None-Match": tag } : {} });
        if (answer.status === 304 && last) return last;
        last = await json(answer);
        tag = answer.headers.get("ETag");
        return last;
      },
      send: async ({ team: of, store }, answers) => (await json(await post("answers", { form: 1, team: of, store, sent: new Date().toISOString(), answers }, { ms: LONG_MS }))).results,
      async sendPhoto({ team: of }, answer, blob) {
        const { uid, when, at, lon, lat } = answer;
        const query = { uid, team: of, case: answer.case, of: answer.of, when, at, lon, lat, sent: new Date().toISOString() };
        const sent = await ask("photos", {
          method: "POST",
          headers: { "Content-Type": "image/jpeg" },
          body: blob,
          query,
          ms: LONG_MS,
        });
        return json(sent);
      },
      similar: async ({ lon, lat }, category) => (await json(await ask("similar", { query: { lon, lat, category } }))).similar,
      shift: async (of, shift) => json(await post("route", { form: 1, team: of, shift }, { ms: LONG_MS })),
      route: async (at) => json(await ask("route", { query: at ? { lon: at.lon, lat: at.lat } : {} })),
      photoUrl: (photo, size) => photo.url || `/api/photos/${encodeURIComponent(photo.name)}?size=${size}`,
    };
  };
})((window.gezhi = window.gezhi || {}));
