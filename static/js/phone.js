// Whose phone this is, and the reports that wait on it: counted and sent. What is shown of them is
// in waiting.js, which comes only where something waits.

const outbox = window.dtacOutbox;
const body = document.body;
const panel = document.querySelector("[data-waiting]");
const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value;
const FIRST_PAUSE = 15 * 1000; // milliseconds; twice as long after each try that came to nothing
const LONGEST_PAUSE = 5 * 60 * 1000;

/** The key on this phone belongs to whoever is signed in, or to nobody. Returns whether it is ours. */
async function settle() {
  if (body.dataset.signedOut !== undefined) {
    await outbox.forget();
    return false;
  }
  const here = await outbox.session();
  if (body.dataset.signedIn === undefined) return here; // the kept form
  const owner = body.dataset.phone;
  if (owner === undefined) {
    if (here) await outbox.forget(); // a role that logs no reports
    return null;
  }
  if (here && here.owner === owner) return here;
  if (here && owner) await outbox.forget();
  if (here || (await outbox.any()) || document.querySelector("[data-log-form]")) return outbox.begin(token());
  return null;
}

// --- what is shown ---------------------------------------------------------------------------

let last; // what the latest try to send came to
let shown = null; // the panel's script, once something waits

let showing = Promise.resolve();

function show(state) {
  if (state) last = state;
  showing = showing.then(showNow).catch(() => {});
  return showing;
}

async function showNow() {
  const all = await outbox.any();
  if (panel && (all || shown)) {
    shown ??= import(panel.dataset.script);
    await (await shown).show(last ?? (navigator.onLine ? "" : "no-signal"));
  }
  await count(all);
}

/** How many wait, on the bar's Log button and beside "Sign out". */
async function count(all) {
  const link = document.querySelector(".nav-main .primary a");
  const said = document.querySelector("[data-still-waiting]");
  if (!link && !said) return;
  const mine = all ? await outbox.list() : [];
  if (link) {
    link.querySelector("[data-waiting-count]")?.remove();
    if (mine.length) link.append(mark(mine.length));
  }
  if (said) said.textContent = beforeSigningOut(mine);
  if (said) said.hidden = !mine.length;
}

function mark(number) {
  const made = Object.assign(document.createElement("span"), { className: "nav-count", textContent: number });
  made.dataset.waitingCount = "";
  made.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: " on this phone, not sent" }));
  return made;
}

function beforeSigningOut(mine) {
  const go = mine.filter(({ state }) => state === "waiting").length;
  const stay = mine.filter(({ state }) => state === "refused").length;
  const words = [];
  if (go) words.push(go === 1 ? "1 report is not sent yet. It stays on this phone, locked, and goes when you sign in again." : `${go} reports are not sent yet. They stay on this phone, locked, and go when you sign in again.`);
  if (stay) words.push(stay === 1 ? "1 report was not taken. It stays on this phone, locked: sign in again to put it right." : `${stay} reports were not taken. They stay on this phone, locked: sign in again to put them right.`);
  return words.join(" ");
}

// --- sending ------------------------------------------------------------------------------

let timer = 0;
let pause = 0;

/** Send what waits. Each report goes once, however many ask: it is locked while it is sent. */
async function send() {
  clearTimeout(timer);
  const { state } = await outbox.send(body.dataset.phone ? { token: token() } : {});
  await show(state);
  if (["no-signal", "busy", "sending"].includes(state)) {
    pause = Math.min(pause * 2 || FIRST_PAUSE, LONGEST_PAUSE);
    clearTimeout(timer);
    timer = setTimeout(send, pause);
  } else pause = 0;
  return state;
}

function sendSoon() {
  pause = 0;
  return send();
}

/** Have it sent when the signal is back, even after the page is closed. */
async function sendLater() {
  clearTimeout(timer);
  timer = setTimeout(send, FIRST_PAUSE);
  try {
    const worker = await navigator.serviceWorker.ready;
    await worker.sync.register("dtac-outbox");
  } catch {
    // a browser without background sync: the next page sends it
  }
}

window.dtacPhone = { send: sendSoon, sendLater, show };

async function start() {
  if (!outbox || !window.crypto?.subtle || !window.indexedDB) throw new Error("keeps nothing");
  if ("serviceWorker" in navigator && body.dataset.phone !== undefined) {
    navigator.serviceWorker.register("/sw.js").catch(() => {});
  }
  document.addEventListener("submit", (event) => {
    if (event.target.action.endsWith("/sign-out/")) outbox.forget();
  });
  const ours = await settle();
  outbox.claim(ours?.owner ?? body.dataset.phone);
  body.dataset.ready = ours ? "ours" : "nobody";
  document.dispatchEvent(new Event("dtac-ready"));
  window.addEventListener("dtac-outbox", ({ detail }) => show(detail.kind === "sent" ? detail.state : ""));
  new BroadcastChannel("dtac-outbox").addEventListener("message", ({ data }) => show(data.kind === "sent" ? data.state : ""));
  await show();
  document.querySelector("[data-send-now]")?.addEventListener("click", sendSoon);
  window.addEventListener("online", sendSoon);
  window.addEventListener("offline", () => show("no-signal"));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") sendSoon();
  });
  if (ours && (await outbox.any())) await send();
}

start().catch(() => {
  // A browser that keeps nothing, in private for instance: forms go to the server as ever.
  body.dataset.ready = "never";
  document.dispatchEvent(new Event("dtac-ready"));
});
