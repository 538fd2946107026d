// The alerts page: allow this browser to be told of alerts while D-TAC is closed, or stop it.

const panel = document.querySelector("[data-push]");
const said = panel.querySelector("[data-push-said]");
const allow = panel.querySelector("[data-push-allow]");
const stop = panel.querySelector("[data-push-stop]");

const APPLE = "On an iPhone or iPad, put D-TAC on the home screen first (Share, then Add to Home Screen), and open it from there. Then it can tell you of new alerts.";
const BLOCKED = "Notifications from D-TAC are blocked in this browser’s settings. Allow them there first.";
const TOLD = "This browser is told of new alerts. The message says no more than the area. It ends when you sign out.";
const FAILED = "This browser couldn’t reach its push service. Try again later.";
const REFUSED = "D-TAC couldn’t take that. Try again later.";

async function tell(what, held) {
  const { endpoint, keys } = held.toJSON();
  const answer = await fetch(panel.dataset.pushUrl, {
    method: "POST",
    body: new URLSearchParams({ do: what, endpoint, p256dh: keys.p256dh, auth: keys.auth }),
    headers: { "X-CSRFToken": panel.querySelector("[name=csrfmiddlewaretoken]").value },
    redirect: "manual",
  });
  const facts = answer.type === "opaqueredirect" ? {} : await answer.json();
  if (!answer.ok) throw new Error(facts.text ?? REFUSED);
  return facts.state === "on";
}

function show(on, words) {
  allow.hidden = on || Notification.permission === "denied";
  stop.hidden = !on;
  if (words) said.textContent = words;
}

async function begin(worker) {
  if ((await Notification.requestPermission()) !== "granted") return show(false, BLOCKED);
  let held;
  try {
    await (await worker.pushManager.getSubscription())?.unsubscribe(); // it may be for an older key
    held = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: panel.dataset.pushKey });
  } catch {
    return show(false, FAILED);
  }
  try {
    show(await tell("allow", held), TOLD);
  } catch (error) {
    await held.unsubscribe();
    show(false, error.message);
  }
}

async function end(worker) {
  const held = await worker.pushManager.getSubscription();
  if (held) {
    await tell("stop", held);
    await held.unsubscribe();
  }
  show(false, "This browser is told nothing more.");
}

async function start() {
  if (!("PushManager" in window) || !("Notification" in window)) {
    said.textContent = APPLE;
    panel.hidden = !/iPhone|iPad/.test(navigator.userAgent);
    return;
  }
  const worker = await navigator.serviceWorker.ready;
  for (const note of await worker.getNotifications()) note.close(); // they are on this page
  const held = await worker.pushManager.getSubscription();
  const on = Boolean(held) && Notification.permission === "granted" && (await tell("here", held));
  show(on, on ? TOLD : Notification.permission === "denied" ? BLOCKED : "");
  allow.addEventListener("click", () => begin(worker));
  stop.addEventListener("click", () => end(worker).catch(() => (said.textContent = REFUSED)));
  panel.hidden = false;
}

start().catch(() => {});
