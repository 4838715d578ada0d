/* What a phone keeps of a team's day: answers that wait, the last day, small choices. IndexedDB, else memory. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const NAME = "gezhi field";
  const VERSION = 1;
  /** A browser that refuses its database now and then never answers at all. */
  const OPEN_MS = 4000;

  /** Open the store of this browser: `{kind, answers(), put(item), remove(uid), keep(name, value), kept(name), forget(name)}`.

      Answers come in the order in which they were given. `kind` is "indexeddb", or "memory" where the browser
      refuses to keep anything: then a page that is closed forgets what waits, which the page says. */
  field.openStorage = async function (name = NAME) {
    try {
      return database(await open(name));
    } catch {
      return memory();
    }
  };

  function open(name) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("the database does not answer")), OPEN_MS);
      const asked = indexedDB.open(name, VERSION);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("answers", { keyPath: "uid" });
        asked.result.createObjectStore("kept");
      };
      asked.onsuccess = () => (clearTimeout(timer), resolve(asked.result));
      asked.onerror = () => (clearTimeout(timer), reject(asked.error));
    });
  }

  function database(opened) {
    function run(name, mode, act) {
      return new Promise((resolve, reject) => {
        const transaction = opened.transaction(name, mode, { durability: "strict" });
        const asked = act(transaction.objectStore(name));
        transaction.oncomplete = () => resolve(asked.result);
        transaction.onabort = transaction.onerror = () => reject(transaction.error || asked.error);
      });
    }
    return {
      kind: "indexeddb",
      answers: async () => (await run("answers", "readonly", (store) => store.getAll())).sort((a, b) => a.order - b.order),
      put: (item) => run("answers", "readwrite", (store) => store.put(item)),
      remove: (uid) => run("answers", "readwrite", (store) => store.delete(uid)),
      keep: (name, value) => run("kept", "readwrite", (store) => store.put(value, name)),
      kept: (name) => run("kept", "readonly", (store) => store.get(name)),
      forget: (name) => run("kept", "readwrite", (store) => store.delete(name)),
    };
  }

  function memory() {
    const items = new Map();
    const kept = new Map();
    return {
      kind: "memory",
      answers: async () => [...items.values()].sort((a, b) => a.order - b.order),
      put: async (item) => void items.set(item.uid, item),
      remove: async (uid) => void items.delete(uid),
      keep: async (name, value) => void kept.set(name, value),
      kept: async (name) => kept.get(name),
      forget: async (name) => void kept.delete(name),
    };
  }

  field.memoryStorage = memory;
})((window.gezhi = window.gezhi || {}));
