/* The phone page without a network: page, scripts and small photos as they came last. Data are the page's own matter. */
"use strict";

const SHELL = "gezhi-field-1"; // pages, scripts and styles
const PHOTOS = "gezhi-photos-1"; // deleted by the page when its link is none any more
const MOST_PHOTOS = 300;
const PATIENCE_MS = 4000; // a page that takes longer is shown as it was last

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function takeOver() {
  for (const name of await caches.keys()) {
    if (name.startsWith("gezhi-") && name !== SHELL && name !== PHOTOS) await caches.delete(name);
  }
  await self.clients.claim();
  // The very first page came before this worker: fetch it again for the next time.
  for (const client of await self.clients.matchAll({ type: "window" })) await keepPage(new Request(pageOf(client.url))).catch(() => null);
}

const pageOf = (address) => {
  const url = new URL(address);
  return url.origin + url.pathname + url.search;
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === "/field") event.respondWith(page(request, event));
  else if (url.pathname.startsWith("/assets/") && url.searchParams.has("v")) event.respondWith(kept(SHELL, request));
  else if (url.pathname.startsWith("/api/photos/") && url.searchParams.get("size") === "thumb") event.respondWith(kept(PHOTOS, request));
});

/** The page from the server; where that is slow or away, as it was last. */
async function page(request, event) {
  const fresh = keepPage(request);
  event.waitUntil(fresh.catch(() => null));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null));
  const soon = await Promise.race([fresh.catch(() => null), late]);
  if (soon) return soon;
  const cache = await caches.open(SHELL);
  const name = pageOf(request.url);
  return (await cache.match(name)) || (await cache.match(name, { ignoreSearch: true })) || fresh;
}

/** Fetch the page and keep it with all that it links to, so that what is kept is whole. */
async function keepPage(request) {
  const answer = await fetch(request);
  if (!answer.ok || answer.redirected) return answer;
  const cache = await caches.open(SHELL);
  const text = await answer.clone().text();
  const linked = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, address]) => address);
  for (const address of linked) if (!(await cache.match(address))) await cache.add(address);
  await cache.put(pageOf(request.url), answer.clone());
  for (const old of await cache.keys()) {
    const { pathname, search } = new URL(old.url);
    if (pathname.startsWith("/assets/") && !linked.includes(pathname + search)) await cache.delete(old);
  }
  return answer;
}

/** What has a name of its content: once is enough. */
async function kept(name, request) {
  const cache = await caches.open(name);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    if (name === PHOTOS) for (const old of (await cache.keys()).slice(0, -MOST_PHOTOS)) await cache.delete(old);
  }
  return answer;
}
