// Forms that are sent at once. Without signal, or where D-TAC can't take it, the page stays as it is
// with all that was typed, and says so.

const STAYS = "What you typed is still here: leave this page open, and press the button again";
const WORDS = {
  "no-signal": `Not saved: no answer, there is no signal or it is too weak. ${STAYS} when it is back.`,
  busy: `Not saved: D-TAC can’t take it just now. ${STAYS} in a minute.`,
  "signed-out": `Not saved: you are signed out. ${STAYS} once you have signed in on another page.`,
  "other-user": `Not saved: somebody else is signed in now. ${STAYS} once you have signed in as yourself on another page.`,
  refused: "Not saved: D-TAC did not take this. What you typed is still here.",
};
const SIGN_IN = ["Sign in on another page", "/sign-in/"];
const ANSWER = 30 * 1000; // milliseconds, and more for files
const SLOWEST_LINE = 12; // bytes in each of them

function post(form, data, asJson) {
  const size = Array.from(data.values()).reduce((sum, value) => sum + (value.size ?? 0), 0);
  return fetch(form.action, {
    method: "POST",
    body: data,
    headers: { "X-Keep-Page": "1", Accept: asJson ? "application/json" : "text/html" },
    redirect: "manual",
    signal: AbortSignal.timeout(ANSWER + size / SLOWEST_LINE),
  });
}

/** A new sign-in has made the page's token void: take the new one, if it is still the same reader. */
async function renew(form) {
  const answer = await fetch(location.href, { headers: { "X-Keep-Page": "1" }, redirect: "manual", cache: "no-store" });
  if (answer.status !== 200) return answer.headers.get("X-Go-To") ? "signed-out" : "refused";
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.body.dataset.alertsFor !== document.body.dataset.alertsFor) return "other-user";
  const field = "[name=csrfmiddlewaretoken]";
  form.querySelector(field).value = page.querySelector(field).value;
  return "";
}

/** Send a form. Returns what stood in the way, or "" when the browser is on its way elsewhere. */
async function send(form, press, showProblems) {
  const ask = () => post(form, new FormData(form, press), Boolean(showProblems));
  let answer = await ask();
  if (answer.status === 403) {
    const why = await renew(form);
    if (why) return why;
    answer = await ask();
  }
  const address = answer.headers.get("X-Go-To");
  if (address?.startsWith("/sign-in/")) return "signed-out";
  if (address) return go(address);
  const said = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
  if (answer.ok && said.url) return go(said.url);
  if (answer.status === 422 && said.problems) return showProblems(said.problems);
  if (answer.status === 422) {
    if (press?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: press.name, value: press.value }));
    form.submit(); // the answer is this page with what is wrong said in it
    return "";
  }
  return answer.status >= 500 || [408, 429].includes(answer.status) ? "busy" : "refused";
}

function go(address) {
  location.assign(address);
  return "";
}

function noteAbove(form) {
  const note = Object.assign(document.createElement("div"), { className: "note note-caution error-summary", tabIndex: -1 });
  note.setAttribute("role", "alert");
  return (text, { link = null } = {}) => {
    const words = Object.assign(document.createElement("div"), { textContent: text });
    if (link) words.append(" ", Object.assign(document.createElement("a"), { textContent: link[0], href: link[1], target: "_blank" }));
    note.replaceChildren(words);
    form.prepend(note);
    note.focus();
  };
}

/** Have a form wait for its answer before its page goes. `showProblems`: it is told in JSON. */
export function mind(form, { say = noteAbove(form), showProblems } = {}) {
  let busy = false;
  form.addEventListener("submit", async (event) => {
    const press = event.submitter;
    if (["find", "add"].includes(press?.name)) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    const words = press?.textContent;
    if (press) press.textContent = press.dataset.busy ?? "Sending…";
    let why;
    try {
      why = await send(form, press, showProblems);
    } catch {
      why = "no-signal";
    }
    busy = false;
    if (press) press.textContent = words;
    if (why) say(WORDS[why], why === "signed-out" ? { link: SIGN_IN } : {});
  });
}

for (const form of document.querySelectorAll("form[data-careful]")) mind(form);
