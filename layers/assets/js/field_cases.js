/* The cases as this phone knows them: the server's day, and over it what waits to be sent. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  /** Acts that are work: a case that offers none of them is there to be looked at. */
  const WORK = new Set(["start", "fix"]);
  const TOLD = new Set(["not_found", "not_mine"]);

  /** What is shown of a day and a queue; ask again after either has changed. */
  field.cases = function (app) {
    const { t } = app.text;

    /** A case after the answers about it that were not sent yet. */
    function after(one, items) {
      let shown = { ...one, pending: [], told: null };
      for (const item of items) {
        if (item.answer.case !== one.id) continue;
        shown.pending.push(item);
        if (item.state === "waiting") shown = step(shown, item);
      }
      return shown;
    }

    function step(one, { answer, blob }) {
      switch (answer.act) {
        case "start":
          return { ...one, status: "in_progress", status_name: t("state_in_progress"), acts: started(one.acts) };
        case "fix":
          return { ...one, status: "fixed", status_name: t("state_fixed"), acts: looking(one.acts) };
        case "needs_help":
          return { ...one, help: true, acts: without(one.acts, "needs_help") };
        case "photo": {
          const photo = { name: answer.uid, when: answer.when, at: answer.at, blob };
          return { ...one, photos: [...one.photos, photo] };
        }
        default:
          return TOLD.has(answer.act) ? { ...one, told: answer.act, acts: looking(one.acts) } : one;
      }
    }

    const without = (acts, gone) => acts.filter(({ act }) => act !== gone);
    const looking = (acts) => acts.filter(({ act }) => act === "note" || act === "photo");

    function started(acts) {
      const rest = without(acts, "start");
      return rest.some(({ act }) => act === "fix") ? rest : [{ act: "fix", label: t("act_fix"), needs: [] }, ...rest];
    }

    const isWork = (one) => one.acts.some(({ act }) => WORK.has(act));

    /** Metres from where the phone is; null while that is not known. */
    const away = (one) => (app.position.at ? field.metres(app.position.at, one) : null);

    const ORDERS = {
      urgent: (a, b) => b.urgency - a.urgency || (away(a) ?? 0) - (away(b) ?? 0),
      near: (a, b) => (away(a) ?? 0) - (away(b) ?? 0) || b.urgency - a.urgency,
    };

    /** All cases with what waits laid over them. */
    function all() {
      return (app.day?.cases || []).map((one) => after(one, app.queue.items));
    }

    /** `{work, others}`: what there is to do, in that order, and what waits for somebody else. */
    function listed(order) {
      const shown = all();
      const sorted = order === "near" && !app.position.at ? ORDERS.urgent : ORDERS[order] || ORDERS.urgent;
      return { work: shown.filter(isWork).sort(sorted), others: shown.filter((one) => !isWork(one)) };
    }

    /** The tone that a case is drawn in: `late`, `soon`, `calm`, `none`, or `quiet` for one to look at. */
    function tone(one) {
      if (!isWork(one)) return "quiet";
      return app.text.due(one)?.tone || "none";
    }

    return {
      all,
      listed,
      isWork,
      away,
      tone,
      find: (id) => all().find((one) => one.id === id) || null,
      /** Take the server's word for one case; null where it is no longer this team's. */
      take(id, fresh) {
        if (!app.day) return;
        const others = app.day.cases.filter((one) => one.id !== id);
        const place = app.day.cases.findIndex((one) => one.id === id);
        if (fresh) others.splice(place < 0 ? 0 : place, 0, fresh);
        app.day = { ...app.day, cases: others };
      },
      /** Cases that may be the same as something at a place: near, open, of the same or a kindred category. */
      similar(at, category) {
        const groups = new Map((app.day?.categories || []).map(({ code, group }) => [code, group]));
        return all()
          .map((one) => ({ ...one, metres: field.metres(at, one) }))
          .filter((one) => one.metres <= 60 && groups.get(one.category) === groups.get(category))
          .sort((a, b) => (b.category === category) - (a.category === category) || a.metres - b.metres)
          .slice(0, 5);
      },
    };
  };
})((window.gezhi = window.gezhi || {}));
