/* The answers of this phone: kept first, shown at once, sent by themselves, each once.

   An item is `{uid, order, team, store, answer, blob, held, state, words, label}`: `answer` as the server takes it, `blob` the photo
   beside it, `held` until when it can be taken back without anybody knowing. `state` is "waiting", or what came of
   it when that needs a person's eyes: "conflict" (kept by the server for the managers) or "refused". What was
   applied leaves the queue. The server takes each uid once, so that sending again is safe. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  /** How long an answer that changes a case can be taken back before it is sent. */
  field.HOLD_MS = 5000;
  const MOST_AT_ONCE = 20;
  const RETRY_MS = [2e3, 5e3, 15e3, 30e3, 60e3];

  /** A queue over a storage and a host; `whose()` says `{team, store}`: whose answers are sent now, and where to. */
  field.queue = function ({ storage, host, whose, now = () => Date.now() }) {
    const events = new EventTarget();
    let items = [];
    let sending = false;
    let failures = 0;
    let timer = null;
    let network = "unknown"; // "up", "down": what the last try found

    const emit = (name, detail) => events.dispatchEvent(new CustomEvent(name, { detail }));
    const isOwn = ({ team, store }) => team === whose().team && store === whose().store;
    const waiting = () => items.filter((item) => item.state === "waiting");
    const sendable = () => waiting().filter(isOwn);

    async function load() {
      items = await storage.answers();
      emit("change");
      plan();
    }

    /** Keep an answer; it is safe when the promise resolves, unless "unkept" says otherwise. */
    async function add(answer, { blob = null, hold = 0, label = {} } = {}) {
      const item = {
        uid: answer.uid || uuid(),
        order: Math.max(now(), ...items.map(({ order }) => order + 1)), // also where a clock was set back
        ...whose(),
        answer: null,
        blob,
        held: hold ? now() + hold : 0,
        state: "waiting",
        words: "",
        label,
      };
      item.answer = { ...answer, uid: item.uid, at: answer.at || new Date(now()).toISOString() };
      let kept = true;
      try {
        await storage.put(item);
      } catch {
        kept = false; // no room: it is sent from memory, and whoever gave it is told
      }
      items.push(item);
      emit("change");
      if (!kept) emit("unkept", item);
      plan();
      return item;
    }

    /** Take an answer back that was not sent yet; false where it is too late. */
    async function undo(uid) {
      const found = items.find((item) => item.uid === uid);
      if (!found || found.state !== "waiting" || found.sending) return false;
      const gone = items.filter((item) => item.uid === uid || item.answer.of === uid);
      items = items.filter((item) => !gone.includes(item));
      for (const item of gone) await storage.remove(item.uid);
      emit("change");
      return true;
    }

    /** Put away what a person has read: an answer that was refused, or is kept for the managers. */
    async function dismiss(uid) {
      items = items.filter((item) => item.uid !== uid);
      await storage.remove(uid);
      emit("change");
    }

    /** Send when the next answer is due, or when the network may be back. */
    function plan(after = 0) {
      clearTimeout(timer);
      if (host.alone || !sendable().length) return;
      const held = Math.max(0, sendable()[0].held - now());
      timer = setTimeout(flush, Math.max(held, after));
    }

    /** Send what waits now, in order; `all` lets go of what is held. */
    async function flush({ all = false } = {}) {
      if (all) for (const item of sendable()) item.held = 0;
      if (sending || host.alone) return;
      sending = true;
      clearTimeout(timer);
      emit("change");
      let wait = 0;
      try {
        for (let batch = next(); batch.length; batch = next()) await send(batch);
        failures = 0;
      } catch (error) {
        if (!(error instanceof field.HostError)) throw error;
        wait = RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)];
        noteNetwork(error.kind === "network" ? "down" : "up");
        if (error.kind === "link") emit("link", error);
      } finally {
        for (const item of items) item.sending = false;
        sending = false;
        emit("change");
        plan(wait);
      }
    }

    /** The next answers that may go together: a photo goes alone, as what it is. */
    function next() {
      const batch = [];
      for (const item of sendable()) {
        if (item.held > now() || batch.length === MOST_AT_ONCE) break;
        if (item.blob) return batch.length ? batch : [item];
        batch.push(item);
      }
      return batch;
    }

    async function send(batch) {
      for (const item of batch) item.sending = true;
      emit("change");
      const begun = performance.now();
      let results;
      try {
        results = await (batch[0].blob
          ? host.sendPhoto(batch[0], batch[0].answer, batch[0].blob).then((one) => [one])
          : host.send(batch[0], batch.map((item) => item.answer)));
      } catch (error) {
        if (!(error instanceof field.HostError) || error.kind !== "refused") throw error;
        if (batch.length > 1) {
          for (const item of batch) await send([item]); // one of them is what the server refuses
          return;
        }
        results = [{ uid: batch[0].uid, state: "refused", words: error.words }]; // its case is as it was
      }
      noteNetwork("up");
      const said = new Map(results.map((result) => [result.uid, result]));
      for (const item of batch) await settle(item, said.get(item.uid), performance.now() - begun);
      emit("change");
    }

    async function settle(item, result, ms) {
      if (!result) throw new field.HostError("server");
      item.sending = false;
      if (result.state === "applied" || result.state === "already") {
        items = items.filter((other) => other !== item);
        await storage.remove(item.uid);
        await rebase(item, result.case);
      } else {
        item.state = result.state;
        item.words = result.words || "";
        await storage.put(item);
      }
      emit("settled", { item, result, ms });
    }

    /** An own answer that was applied is no change by somebody else for those that follow it. */
    async function rebase(done, after) {
      if (!after || done.answer.case === null) return;
      for (const item of items) {
        const { answer } = item;
        if (answer.case !== done.answer.case || answer.version !== done.answer.version) continue;
        item.answer = { ...answer, version: after.version };
        await storage.put(item);
      }
    }

    function noteNetwork(found) {
      if (network === found) return;
      network = found;
      emit("network", found);
    }

    window.addEventListener("online", () => ((failures = 0), flush()));
    document.addEventListener("visibilitychange", () => flush({ all: document.hidden }));
    window.addEventListener("pagehide", () => flush({ all: true }));

    return {
      load,
      add,
      undo,
      dismiss,
      flush,
      isOwn,
      noteNetwork,
      get items() {
        return items;
      },
      get waiting() {
        return waiting();
      },
      get troubled() {
        return items.filter((item) => item.state !== "waiting");
      },
      get sending() {
        return sending;
      },
      get network() {
        return network;
      },
      on: (name, act) => events.addEventListener(name, (event) => act(event.detail)),
    };
  };

  /** A random id; pages that are not served safely have no `randomUUID`. */
  function uuid() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  field.uuid = uuid;
})((window.gezhi = window.gezhi || {}));
