/* What is different in a pack, the phone page as a file of its own: no server, and answers that go back as a file.

   The file may be opened where a browser keeps nothing for it (an attachment, a viewer in another app). Then
   answers live as long as the page does; it says so, and asks before it is closed. Nothing that was saved to a
   file is taken out of the queue by itself: who hands the file over says that it has arrived. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const FORM = 1;
  const KIND = "gezhi answers";
  const PREFIX = "gezhi pack ";
  /** Which answers are in which file: `{uids, name}`, kept beside them. */
  const SAVED = "pack saved";

  /** The host of a pack: the day lies in the page, and there is nobody to send to. `page.pack` says which pack it is. */
  field.alone = function (page, day) {
    const { pack } = page;
    let saved = { uids: [], name: "" };
    let loose = new Set(); // answers that are nowhere but in this page

    const nobody = async () => {
      throw new field.HostError("network");
    };

    async function openStorage() {
      const storage = await packStorage(pack.id, day.team.id);
      loose = storage.loose;
      saved = (await storage.kept(SAVED)) || saved;
      window.addEventListener("beforeunload", (event) => {
        if ([...loose].some((uid) => !saved.uids.includes(uid))) event.preventDefault();
      });
      return storage;
    }

    /** Whether an answer was taken back that the file has. */
    const isStale = (app) => saved.uids.some((uid) => !app.queue.items.some((item) => item.uid === uid));
    const isSaved = (app) => app.queue.waiting.length > 0 && !fresh(app).length && !isStale(app);
    const fresh = (app) => app.queue.waiting.filter((item) => !saved.uids.includes(item.uid));

    /** What the view of the answers says and offers besides them: `{state, above, below}`. */
    function waiting(app) {
      const { t, count } = app.text;
      const { h, button } = field;
      const waits = app.queue.waiting.length;
      const left = fresh(app).length;
      const warn = app.storage.kind === "memory" ? "pack_memory" : loose.size ? "pack_full" : null;
      const where = pack.address ? t("pack_where", { address: pack.address }) : t("pack_where_unknown");
      return {
        state: isStale(app)
          ? t("pack_stale", { name: saved.name })
          : !waits
            ? t("waiting_none_alone")
            : left
              ? count("pack_new", left)
              : count("pack_all_saved", waits, { name: saved.name }),
        above: [
          warn ? h("div", { class: "gf-note" }, field.icon("warn"), h("p", {}, t(warn))) : null,
          waits ? h("p", { class: "gf-quiet" }, where) : null,
        ],
        below: [
          isSaved(app) ? button(t("pack_clear"), { icon: "check", look: "gf-second gf-wide", "data-pack": "clear", press: (event) => clear(app, event) }) : null,
          button(t("pack_take"), { icon: "list", look: "gf-second gf-wide", "data-pack": "take", press: () => take(app) }),
          h("p", { class: "gf-quiet" }, t("pack_made", { at: app.text.at(pack.made_at) })),
        ],
      };
    }

    /** What hands the answers back, as buttons `{words, icon, look, press}`. */
    function actions(app) {
      const { t } = app.text;
      if (!app.queue.waiting.length && !isStale(app)) return [];
      const look = isSaved(app) ? "gf-second" : "gf-primary";
      return [
        canShare() ? { words: t("pack_share"), icon: "send", look: "gf-second", press: () => share(app) } : null,
        { words: t("pack_save"), icon: "download", look, press: () => save(app) },
      ].filter(Boolean);
    }

    async function file(app) {
      const uids = app.queue.waiting.map((item) => item.uid);
      return { text: await field.answersText(app.queue, pack, day), name: field.answersName(day), uids };
    }

    async function noteSaved(app, { name, uids }) {
      saved = { name, uids };
      await app.storage.keep(SAVED, saved);
      app.toast.say(app.text.t("pack_saved", { name }), { icon: "check", ms: 8000 });
      app.render({ force: true });
    }

    async function save(app) {
      const made = await file(app);
      const address = URL.createObjectURL(new Blob([made.text], { type: "application/json" }));
      const link = field.h("a", { href: address, download: made.name });
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(address), 60e3);
      await noteSaved(app, made);
    }

    /** The phone's own way of sending a file on; as a text, since few phones send JSON. */
    async function share(app) {
      const made = await file(app);
      const name = made.name.replace(/json$/, "txt");
      try {
        await navigator.share({ files: [new File([made.text], name, { type: "text/plain" })] });
      } catch (error) {
        if (error.name !== "AbortError") app.toast.say(app.text.t("pack_not_sent"), { icon: "warn", ms: 8000 });
        return;
      }
      await noteSaved(app, { ...made, name });
    }

    function take(app) {
      const { t, count } = app.text;
      const input = field.h("input", { type: "file", accept: ".json,.txt,application/json,text/plain", class: "gf-file" });
      input.addEventListener("cancel", () => input.remove());
      input.addEventListener("change", async () => {
        const [chosen] = input.files;
        input.remove();
        try {
          const n = await field.restoreAnswers(app.queue, await chosen.text(), day);
          app.toast.say(n ? count("pack_took", n) : t("pack_took_none"), { icon: "check" });
        } catch (error) {
          app.toast.say(t(error.message), { icon: "warn", ms: 8000 });
        }
        app.render({ force: true });
      });
      document.body.append(input); // some phones forget an input that is not in the page
      input.click();
    }

    let sure = false;
    async function clear(app, event) {
      const { t } = app.text;
      if (!sure) {
        sure = true;
        event.currentTarget.querySelector("span").textContent = t("pack_clear_sure");
        return;
      }
      sure = false;
      const { uids, name } = saved;
      for (const uid of uids) await app.queue.dismiss(uid);
      saved = { uids: [], name: "" };
      await app.storage.forget(SAVED);
      app.toast.say(t("pack_cleared", { name }), { icon: "check", ms: 8000 });
      app.render({ force: true });
    }

    return {
      alone: true,
      openStorage,
      waiting,
      actions,
      day: async () => day,
      enter: nobody,
      leave: nobody,
      send: nobody,
      sendPhoto: nobody,
      similar: nobody,
      route: async () => day.route,
      photoUrl: (photo) => photo.url,
    };
  };

  function canShare() {
    try {
      return Boolean(navigator.canShare?.({ files: [new File(["{}"], "answers.txt", { type: "text/plain" })] }));
    } catch {
      return false;
    }
  }

  // What the browser keeps

  /** Open what this browser keeps for one pack: as `openStorage`, with `loose`, the answers that are in this page alone. */
  async function packStorage(id, team) {
    const opened = await field.openStorage(PREFIX + id);
    if (opened.kind === "indexeddb") {
      await takeOver(opened, id, team);
      return { ...opened, loose: new Set() };
    }
    try {
      return local(PREFIX + id);
    } catch {
      return memory(opened);
    }
  }

  /** Take up what was answered in older packs of the team and is in no file yet. */
  async function takeOver(own, id, team) {
    let known = [];
    try {
      known = await indexedDB.databases();
    } catch {
      return; // a browser that does not list them: the older file still shows its answers
    }
    for (const { name } of known) {
      if (!name || !name.startsWith(PREFIX) || name === PREFIX + id) continue;
      const older = await field.openStorage(name);
      if (older.kind !== "indexeddb") continue;
      const { uids } = (await older.kept(SAVED)) || { uids: [] };
      for (const item of await older.answers()) {
        if (item.team !== team || item.state !== "waiting" || uids.includes(item.uid)) continue;
        await own.put(item);
        await older.remove(item.uid);
      }
    }
  }

  function memory(opened) {
    const loose = new Set();
    return {
      ...opened,
      loose,
      put: async (item) => (await opened.put(item), void loose.add(item.uid)),
      remove: async (uid) => (await opened.remove(uid), void loose.delete(uid)),
    };
  }

  /** Keep items as texts; throws where the browser refuses that too. What has no room any more stays in the page. */
  function local(name) {
    const shelf = window.localStorage;
    shelf.setItem(`${name} try`, "1");
    shelf.removeItem(`${name} try`);
    const rest = new Map();
    const loose = new Set();
    const read = (key) => JSON.parse(shelf.getItem(key) || "null");
    const answers = `${name} answer `;

    async function all() {
      const kept = Object.keys(shelf)
        .filter((key) => key.startsWith(answers))
        .map(read)
        .map(({ photo, ...item }) => ({ ...item, blob: photo ? blobOf(photo) : null }));
      return [...kept.filter(({ uid }) => !rest.has(uid)), ...rest.values()].sort((a, b) => a.order - b.order);
    }

    async function put(item) {
      const { blob, ...bare } = item;
      const photo = blob ? await field.base64(blob) : null;
      try {
        shelf.setItem(answers + item.uid, JSON.stringify({ ...bare, photo }));
        rest.delete(item.uid);
        loose.delete(item.uid);
      } catch {
        rest.set(item.uid, item);
        loose.add(item.uid);
      }
    }

    return {
      kind: "local",
      loose,
      answers: all,
      put,
      async remove(uid) {
        shelf.removeItem(answers + uid);
        rest.delete(uid);
        loose.delete(uid);
      },
      keep: async (key, value) => shelf.setItem(`${name} kept ${key}`, JSON.stringify(value)),
      kept: async (key) => read(`${name} kept ${key}`) ?? undefined,
      forget: async (key) => shelf.removeItem(`${name} kept ${key}`),
    };
  }

  function blobOf(base64) {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return new Blob([bytes], { type: "image/jpeg" });
  }

  // The file of answers

  /** Everything that waits, in order, as the server takes it: the text of a file. */
  field.answersText = async function (queue, pack, day, now = new Date()) {
    const answers = [];
    for (const { answer, blob } of queue.waiting) {
      answers.push(blob ? { ...answer, photo: await field.base64(blob) } : answer);
    }
    const head = { form: FORM, kind: KIND, store: day.store || "", team: day.team.id, edition: day.edition ? day.edition.id : null };
    return JSON.stringify({ ...head, pack: pack.id, pack_made_at: pack.made_at, made_at: now.toISOString(), answers }, null, 1);
  };

  /** The name of the file: team and local time. */
  field.answersName = function (day, now = new Date()) {
    const two = (n) => String(n).padStart(2, "0");
    const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
    return `gezhi-answers-team-${day.team.number}-${date}-${two(now.getHours())}${two(now.getMinutes())}.json`;
  };

  /** Take a saved file's answers back into the queue.

      Resolves to how many were new. Throws an Error whose message names the words to say: `pack_no_answers`,
      `pack_other_store`, `pack_other_team`. */
  field.restoreAnswers = async function (queue, text, day) {
    let said;
    try {
      said = JSON.parse(text);
    } catch {
      throw new Error("pack_no_answers");
    }
    const isOne = (one) => one && typeof one.uid === "string" && typeof one.act === "string";
    if (said?.form !== FORM || !Array.isArray(said.answers) || !said.answers.every(isOne)) throw new Error("pack_no_answers");
    if (said.store && day.store && said.store !== day.store) throw new Error("pack_other_store");
    if (said.team !== day.team.id) throw new Error("pack_other_team");
    const known = new Set(queue.items.map((item) => item.uid));
    const fresh = said.answers.filter((one) => !known.has(one.uid));
    const cases = new Map(day.cases.map((one) => [one.id, one]));
    for (const one of fresh) {
      const { photo, ...answer } = one;
      const about = cases.get(one.case);
      const label = { category: about?.category_name || "", where: about?.place || about?.address || "" };
      await queue.add(photo ? { ...answer, photo: null } : one, { blob: photo ? blobOf(photo) : null, label });
    }
    return fresh.length;
  };
})((window.gezhi = window.gezhi || {}));
