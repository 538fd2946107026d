// New alerts on whatever page is open: asked for every few seconds while it is looked at.

const body = document.body;
const stack = document.querySelector("[data-alert-stack]"); // over the page: what has just come
const shelf = document.querySelector("[data-alert-shelf]"); // in the page: what was there before
const form = body.classList.contains("no-bar"); // somebody is writing: nothing may cover it
const EVERY = 6000; // milliseconds between two questions, a second more or less
const ANSWER = 8000; // how long an answer may take
const SLOWEST = 60000; // the longest wait while the server does not answer
const KEPT = "dtac-alerts";

// --- what this reader has seen: references only, kept in the browser -------------------------

/** `seen`: dismissed, or read in the list. `said`: read out once by a screen reader. */
function memory() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT));
    if (kept.reader === body.dataset.alertsFor) return kept;
  } catch {
    // nothing kept, or a browser that keeps nothing
  }
  return { reader: body.dataset.alertsFor, seen: [], said: [] };
}

function remember(what, refs) {
  const now = memory();
  now[what] = [...new Set([...refs, ...now[what]])].slice(0, 200);
  try {
    localStorage.setItem(KEPT, JSON.stringify(now));
  } catch {
    // then they come up again on the next page
  }
}

// --- on screen --------------------------------------------------------------------------------

let live = body.dataset.alerts.split(" ").filter(Boolean);
let known = []; // of the live ones: shown on this page, or seen before
let opening = true; // what was raised before this page was opened comes as one banner, not many
let staleList = false;

const banners = () => Array.from(document.querySelectorAll("[data-alert]"));

const ends = new WeakMap(); // banner -> when its alert is over, by this browser's clock alone

/** Take away what is over: known here too, whether the server answers or not. */
function sweep() {
  for (const banner of banners()) if (over || Date.now() >= ends.get(banner)) banner.remove();
}

function dismiss(banner) {
  const rest = banners().filter((one) => one !== banner);
  const inside = banner.contains(document.activeElement);
  remember("seen", [banner.dataset.alert, ...(banner.dataset.more ?? "").split(" ").filter(Boolean)]);
  banner.remove();
  if (inside) (rest[0]?.querySelector("[data-alert-away]") ?? document.querySelector("main")).focus();
}

function show(answer) {
  live = answer.refs;
  for (const banner of banners()) if (!live.includes(banner.dataset.alert)) banner.remove();
  for (const { ref, html } of answer.changed) renew(ref, html);
  const { said } = memory();
  remember("seen", answer.own); // nobody is told of what they raised themselves
  const news = answer.banners.filter(({ ref }) => !banners().some((one) => one.dataset.alert === ref));
  // On a phone the newest would lie half over one that stands in the page: then it joins that.
  const joins = shelf.querySelector("[data-alert]") && !matchMedia("(width >= 900px)").matches;
  const place = opening || form || joins ? shelf : stack;
  // Read out at once, but only the first time: it stays on screen from page to page.
  place.setAttribute("aria-live", news.some(({ ref }) => !said.includes(ref)) ? "assertive" : "off");
  const holder = document.createElement("template");
  holder.innerHTML = news.map(({ html }) => html).join("");
  if (opening && news.length) sayMore(holder.content.firstElementChild);
  for (const banner of holder.content.children) ends.set(banner, Date.now() + banner.dataset.left * 1000);
  place.prepend(holder.content);
  opening = false;
  remember("said", news.map(({ ref }) => ref));
  known = live;
  for (const count of document.querySelectorAll("[data-alert-count]")) {
    count.hidden = !live.length;
    count.firstElementChild.textContent = live.length;
  }
  staleList = true;
}

/** Put a banner in the place of one that is no longer true: a ban ended, say. */
function renew(ref, html) {
  const old = banners().find((one) => one.dataset.alert === ref);
  if (!old) return;
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const banner = holder.content.firstElementChild;
  ends.set(banner, Date.now() + banner.dataset.left * 1000);
  if (old.dataset.more) {
    banner.dataset.more = old.dataset.more;
    banner.querySelector("[data-alert-see]").textContent = old.querySelector("[data-alert-see]").textContent;
  }
  const inside = old.contains(document.activeElement);
  old.replaceWith(banner);
  if (inside) banner.querySelector("[data-alert-away]").focus();
}

/** Of several that were there before: how many more there are than the newest. */
function sayMore(banner) {
  const { seen } = memory();
  const more = live.filter((ref) => ref !== banner.dataset.alert && !seen.includes(ref));
  if (!more.length) return;
  banner.dataset.more = more.join(" ");
  const link = banner.querySelector("[data-alert-see]");
  link.textContent = `See it and ${more.length} more`;
}

/** The list of alerts, where it is open: as it is now, unless somebody is busy in it. */
async function renewList() {
  const list = document.querySelector("[data-alert-list]");
  if (!list || list.querySelector("details[open]") || list.contains(document.activeElement)) return;
  const answer = await fetch(location.pathname + location.search, { redirect: "manual", cache: "no-store" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  list.replaceChildren(...page.querySelector("[data-alert-list]").childNodes);
  staleList = false;
  readHere();
}

function readHere() {
  remember("seen", live.filter((ref) => document.getElementById(ref)));
}

// --- asking -----------------------------------------------------------------------------------

let timer = 0;
let wait = EVERY;
let asking = false;
let over = false; // signed out: nothing more is asked

async function ask() {
  const shown = banners().map(({ dataset }) => `${dataset.alert}:${dataset.shown}`);
  const words = new URLSearchParams({ known: known.join(" "), most: opening ? 1 : 3 });
  if (shown.length) words.set("shown", shown.join(" "));
  const address = `${body.dataset.alertsPoll}?${words}`;
  const answer = await fetch(address, {
    headers: { Accept: "application/json" },
    redirect: "manual",
    cache: "no-store",
    signal: AbortSignal.timeout(ANSWER),
  });
  if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) {
    over = true;
    sweep(); // faces are for who is signed in
  } else if (answer.status === 200) show(await answer.json());
  else if (answer.status !== 204) throw new Error(answer.status);
  if (staleList && !over) await renewList();
}

async function round() {
  clearTimeout(timer);
  if (asking || over || document.visibilityState !== "visible") return;
  asking = true;
  try {
    await ask();
    wait = EVERY;
  } catch {
    wait = Math.min(wait * 2, SLOWEST); // no signal, or a server that is busy
  }
  asking = false;
  later();
}

function later() {
  if (!over) timer = setTimeout(round, wait - 1000 + 2000 * Math.random());
}

// --- Web Push: whose browser this is ------------------------------------------------------------

/** Once in each sign-in: a browser that was allowed before is this reader's, or nobody's. */
async function claimBrowser() {
  const mark = `dtac-push-${body.dataset.alertsFor}`;
  if (!body.dataset.alertsPush || !("PushManager" in window) || sessionStorage.getItem(mark)) return;
  const worker = await navigator.serviceWorker.getRegistration();
  const held = await worker?.pushManager.getSubscription();
  if (held) {
    const words = new URLSearchParams({ do: "here", endpoint: held.endpoint });
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    await fetch(body.dataset.alertsPush, { method: "POST", body: words, headers: { "X-CSRFToken": token } });
  }
  sessionStorage.setItem(mark, "");
}

// --- start --------------------------------------------------------------------------------------

for (const place of [stack, shelf]) {
  place.addEventListener("click", (event) => {
    if (event.target.closest("[data-alert-away]")) dismiss(event.target.closest("[data-alert]"));
  });
  place.addEventListener("keydown", (event) => {
    const banner = event.key === "Escape" && event.target.closest("[data-alert]");
    if (banner) dismiss(banner);
  });
}
document.addEventListener("visibilitychange", round);
document.addEventListener("visibilitychange", sweep);
window.addEventListener("pageshow", (event) => event.persisted && round()); // somebody may have signed out since
setInterval(sweep, 5000);
window.addEventListener("online", round);
readHere();
known = form ? live : live.filter((ref) => memory().seen.includes(ref)); // a form waits for news only
if (known.length < live.length) round();
else {
  opening = false;
  later();
}
claimBrowser().catch(() => {});
