/* Whose phone this is: a team's link is entered, given back, or found to be known no longer. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const { h } = field;

  /** `show(state, words)` puts a page without a day in the place of all else. */
  field.membership = function (app, root, show) {
    const { host, storage } = app;

    async function enter(token) {
      root.replaceChildren(h("p", { class: "gf-loading" }, app.text.t("loading")));
      try {
        await host.enter(token);
      } catch (error) {
        if (!(error instanceof field.HostError)) throw error;
        if (error.kind === "network" || error.kind === "server") return show("offline");
        await forget();
        return show("revoked", error.words);
      }
      return app.start();
    }

    async function leave() {
      if (!(await isLeft())) return void app.toast.say(app.text.t("offline_title"), { icon: "cloud_off" });
      for (const item of [...app.queue.items]) await app.queue.dismiss(item.uid);
      await forget();
      return show("link");
    }

    /** Be of no team any more; what waits stays for who comes back by a link of that team. */
    async function part() {
      if (!(await isLeft())) return show("offline");
      await forget();
      return show("link");
    }

    /** The link is known no longer: what was kept of the day goes, what waits stays. */
    async function lost(error) {
      const had = Boolean(app.day || (await storage.kept("day")));
      await forget();
      show(had || error.ask === "link" ? "revoked" : "link", error.words);
    }

    /** Only the server can take the cookie away: where it is not told, this stays the team's phone. */
    async function isLeft() {
      try {
        await host.leave();
        return true;
      } catch (error) {
        if (!(error instanceof field.HostError)) throw error;
        return false;
      }
    }

    async function forget() {
      app.day = null;
      app.routes.forget();
      await storage.forget("day");
      await storage.forget("route");
      if (window.caches) for (const name of await caches.keys()) if (name.startsWith("gezhi-photos")) await caches.delete(name);
    }

    return { enter, leave, part, lost };
  };
})((window.gezhi = window.gezhi || {}));
