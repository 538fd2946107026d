// D-TAC's worker: keeps the log form and its files for when there is no signal, sends what waits
// once there is, and shows that there is an alert. It keeps no page with anybody's data.
const facts = {{ facts|safe }};
const CACHE = `dtac-${facts.version}`;
const SIGNAL_WAIT = 4000; // milliseconds before a page that doesn't come counts as no signal

importScripts(facts.outbox);

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      await cache.addAll([...facts.files, new Request(facts.form, { credentials: "omit" })]);
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const names = await caches.keys();
      await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

/** The page from the network, or the kept log form when there is no signal. */
async function page(request, { hurry }) {
  const late = new Promise((_, refuse) => {
    if (hurry) setTimeout(() => refuse(new Error("late")), SIGNAL_WAIT);
  });
  try {
    return await Promise.race([fetch(request), late]);
  } catch {
    const kept = await (await caches.open(CACHE)).match(facts.form);
    return kept ?? Response.error();
  }
}

async function file(request, path) {
  const kept = await (await caches.open(CACHE)).match(path);
  return kept ?? fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, { hurry: url.pathname === facts.log }));
  else if (facts.files.includes(url.pathname)) event.respondWith(file(request, url.pathname));
});

self.addEventListener("sync", (event) => {
  if (event.tag === "dtac-outbox") event.waitUntil(dtacOutbox.send({ retry: true }));
});

// An alert, while D-TAC is closed. The message holds the area and no more; one with the same
// reference takes the place of the earlier.
self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data.json();
  } catch {
    // told without words: that there is an alert is enough
  }
  event.waitUntil(
    self.registration.showNotification(said.title ?? "D-TAC alert", {
      body: said.body ?? "Open to see it.",
      tag: said.ref ?? "dtac-alert",
      icon: facts.icon,
      data: { url: facts.alerts },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openAlerts(event.notification.data.url));
});

/** A page that is open elsewhere stays as it is: there may be a half-written report on it. */
async function openAlerts(url) {
  const pages = await self.clients.matchAll({ type: "window" });
  const open = pages.find((page) => new URL(page.url).pathname === url);
  await (open ? open.focus() : self.clients.openWindow(url));
}
