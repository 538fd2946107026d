// The log form: asks only for what the answers so far call for, finds faces as a name is typed,
// and keeps the report on the phone until it is sent. Without this file everything is shown, and
// the server takes what it needs.

const form = document.querySelector("[data-log-form]");
const outbox = window.dtacOutbox;
const MOST_PEOPLE = 6;
const asks = new Map(
  form.dataset.asks.split(";").map((pair) => {
    const [code, questions] = pair.split("=");
    return [code, new Set(questions ? questions.split(",") : [])];
  }),
);
const common = new Set(form.dataset.common.split(" "));
const direct = "direct" in form.dataset; // a correction goes straight to the server

const chosen = (name) => form.querySelector(`[name="${CSS.escape(name)}"]:checked`);
const people = () => Array.from(form.querySelectorAll("[data-person]"));

// --- what is asked ---------------------------------------------------------------------------

/** A part that isn't asked for is hidden, and disabled so that nothing in it is sent or refused. */
function ask(part, needed) {
  if (!part) return;
  part.hidden = !needed;
  if (part.tagName === "FIELDSET") part.disabled = !needed;
  else for (const input of part.querySelectorAll("input, select, textarea")) input.disabled = !needed;
}

function showPerson(block, place) {
  const who = block.querySelector(`[name="people-${block.dataset.person}-who"]:checked`);
  const matches = block.querySelector("[data-matches]");
  const face = who && matches.contains(who) ? who : null;
  const unknown = who?.value === "unknown";
  for (const pick of matches.querySelectorAll("li")) pick.hidden = unknown || (Boolean(face) && !pick.contains(face));
  for (const hint of matches.querySelectorAll("p")) hint.hidden = unknown || Boolean(face);
  matches.querySelector(".picks")?.classList.toggle("one-column", Boolean(face));
  if (face) matches.querySelector(".strip")?.classList.remove("strip");
  block.querySelector("[data-find]").hidden = Boolean(face);
  block.querySelector("[data-change]").hidden = !face;
  block.querySelector("[data-breach]").hidden = !face?.matches("[data-excluded]");
  ask(block.querySelector("[data-unknown]"), unknown);
  ask(block.querySelector("[data-part]"), place > 0);
}

function update() {
  const what = chosen("what")?.value ?? "";
  const seen = what === "seen" || what === "";
  const asked = new Set(asks.get(what));
  if (asked.has("violence") && form.querySelector("[name=violence]").checked) asked.add("weapon").add("injury");
  for (const part of form.querySelectorAll("[data-ask]")) ask(part, asked.has(part.dataset.ask));
  const weapon = chosen("weapon")?.value;
  ask(form.querySelector("[data-weapon]"), !form.querySelector('[data-ask="weapon"]').hidden && Boolean(weapon) && weapon !== "none");
  const told = form.querySelector("[name=police_told]");
  ask(form.querySelector("[data-police]"), !told.disabled && told.checked);
  ask(form.querySelector("[data-earlier]"), chosen("when")?.value === "earlier");
  ask(form.querySelector("[data-alert-switch]"), chosen("when")?.value === "now");
  people().forEach(showPerson);
  if (!direct) form.querySelector("[data-save]").textContent = seen ? "Save sighting" : "Send report";
}

/** Keep the uncommon types behind one more chip. */
function foldTypes() {
  const chips = Array.from(form.querySelectorAll('[name="what"]'), (input) => input.closest(".chip"));
  const rare = chips.filter((chip) => {
    const input = chip.querySelector("input");
    return !common.has(input.value) && !input.checked;
  });
  if (!rare.length) return;
  for (const chip of rare) chip.hidden = true;
  const more = document.createElement("button");
  more.type = "button";
  more.className = "btn chip-more";
  more.textContent = "More…";
  more.addEventListener("click", () => {
    showRareTypes();
    rare[0].querySelector("input").focus();
  });
  chips.at(-1).after(more);
}

function showRareTypes() {
  for (const input of form.querySelectorAll('[name="what"]')) input.closest(".chip").hidden = false;
  form.querySelector(".chip-more")?.remove();
}

/** Lines of goods: those with something in them, and one more at a time. */
const lines = Array.from(form.querySelectorAll("[data-line]"));
const addLine = form.querySelector("[data-add-line]");
const used = (line) => Array.from(line.querySelectorAll("input, select")).some((input) => input.value);

function foldLines() {
  lines.forEach((line, place) => (line.hidden = place > 0 && !used(line)));
  addLine.hidden = !lines.some((line) => line.hidden);
}

// --- who ---------------------------------------------------------------------------------------

/** Fill a part of the page with what the server finds for the words in an input. */
function findAsTyped(input, part, address) {
  let late = 0;
  let asked = null;
  async function look() {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(address(input.value.trim()), { signal: asked.signal, redirect: "manual" });
      if (answer.type === "opaqueredirect") part.textContent = "Sign in again to look people up. You can still choose Someone unknown.";
      else if (answer.ok) part.innerHTML = await answer.text();
    } catch (error) {
      if (error.name === "AbortError") return;
      part.textContent = "No signal: type a reference such as D-0042, or choose Someone unknown.";
      window.addEventListener("online", () => !part.querySelector(":checked") && look(), { once: true });
    }
    update();
  }
  input.addEventListener("input", () => {
    clearTimeout(late);
    late = setTimeout(look, 200);
  });
  part.addEventListener("change", () => {
    clearTimeout(late); // an answer that comes after the choice would take it away again
    asked?.abort();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // Enter must not send the form
    clearTimeout(late);
    look();
  });
  return look;
}

function wirePerson(block, { lately = false } = {}) {
  const n = block.dataset.person;
  const input = block.querySelector(`[name="people-${n}-named_as"]`);
  const matches = block.querySelector("[data-matches]");
  block.querySelector("[name=find]")?.remove(); // faces come as the name is typed
  const address = (words) => `${form.dataset.whoUrl}?${new URLSearchParams({ q: words, n })}`;
  const look = findAsTyped(input, matches, address);
  block.querySelector("[data-change] button").addEventListener("click", () => {
    const who = chosen(`people-${n}-who`);
    if (who) who.checked = false;
    update();
    input.focus();
  });
  if (lately && navigator.onLine && !input.value && !chosen(`people-${n}-who`) && !matches.querySelector("li")) look();
}

/** Enter, or Go on a phone's keyboard, presses the main button and no other. */
function enterSends(event) {
  if (event.key !== "Enter" || event.defaultPrevented || !event.target.matches("input:not([type=file]), select")) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("[data-save]"));
}

/** A quick choice that is not needed can be taken back: pressed again, or the space bar on it. */
function unpick() {
  const needed = /^(premises|when|what|people-\d+-who)$/;
  let was = null;
  const note = (event) => {
    const input = event.target.closest("label")?.control ?? event.target;
    was = input.type === "radio" && input.checked && !needed.test(input.name) ? input : null;
  };
  const clear = () => {
    was.checked = false;
    was = null;
    update();
  };
  form.addEventListener("pointerdown", note);
  form.addEventListener("click", (event) => event.target === was && clear());
  form.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    note(event);
    if (!was) return;
    event.preventDefault(); // or the space bar would choose it again
    clear();
  });
}

/** One more person: a copy of the first's questions, empty. */
function addPerson() {
  const blocks = people();
  const last = blocks.at(-1);
  const n = Math.max(...blocks.map((block) => Number(block.dataset.person))) + 1;
  const holder = document.createElement("div");
  holder.innerHTML = blocks[0].outerHTML.replaceAll("people-0", `people-${n}`);
  const block = holder.firstElementChild;
  block.dataset.person = n;
  block.querySelector("legend").textContent = "Who else?";
  block.querySelector("[data-matches]").replaceChildren();
  for (const message of block.querySelectorAll(".invalid-feedback")) message.remove();
  for (const input of block.querySelectorAll("input, textarea")) {
    if (input.matches("[type=radio], [type=checkbox]")) input.checked = input.defaultChecked = false;
    else input.value = input.defaultValue = "";
  }
  const away = document.createElement("button");
  away.type = "button";
  away.className = "btn btn-quiet mb-3";
  away.textContent = "Take this person off";
  away.addEventListener("click", () => {
    block.remove();
    countPeople();
  });
  block.append(away);
  last.after(block);
  wirePerson(block);
  countPeople();
  return block;
}

function countPeople() {
  const highest = Math.max(...people().map((block) => Number(block.dataset.person)));
  form.querySelector('[name="people-TOTAL_FORMS"]').value = highest + 1;
  form.querySelector("[data-add-person]").hidden = highest + 1 >= MOST_PEOPLE;
  update();
}

// --- a report that waits, opened again ----------------------------------------------------

let mending = null; // {id, files}
let untouched = ""; // what the form says with nothing typed into it

const said = () => JSON.stringify(Array.from(new FormData(form)).filter(([name]) => !/^csrf|client_id$/.test(name)).map(([name, value]) => [name, value.name ?? value]));
const isTouched = () => said() !== untouched;
const keptFiles = form.querySelector("[data-kept-files]");

function showKeptFiles() {
  keptFiles.hidden = !mending?.files.length;
  keptFiles.replaceChildren(
    ...(mending?.files ?? []).map((file, place) => {
      const item = document.createElement("li");
      const away = document.createElement("button");
      away.type = "button";
      away.className = "btn btn-quiet";
      away.textContent = "Leave out";
      away.addEventListener("click", () => {
        mending.files.splice(place, 1);
        showKeptFiles();
      });
      item.append(file.name, away);
      return item;
    }),
  );
}

async function mendFromAddress() {
  const id = /^#mend=([0-9a-f-]{36})$/.exec(location.hash)?.[1];
  if (!id || mending?.id === id) return;
  const forget = "Open the report that waits? What you have typed here is not sent, and it would be lost.";
  if (isTouched() && !window.confirm(forget)) return history.replaceState(null, "", location.pathname);
  const report = await outbox.open(id).catch(() => null);
  if (!report) return;
  const { fill } = await import(form.dataset.mendScript);
  fill(report, { form, people, addPerson, showRareTypes });
  mending = { id: report.id, files: report.files };
  showKeptFiles();
  foldLines();
  update();
  showProblems(report.state === "refused" ? (report.problems ?? []) : []);
  untouched = said();
}

// --- sending ------------------------------------------------------------------------------

const summary = form.querySelector("[data-problems]");

function clearProblems() {
  for (const note of form.querySelectorAll("[data-said]")) note.remove();
  for (const part of form.querySelectorAll(".has-error")) part.classList.remove("has-error");
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  for (const note of document.querySelectorAll("[data-error-summary]")) note.hidden = true;
  summary.hidden = true;
}

function showProblems(problems) {
  clearProblems();
  if (!problems.length) return;
  const lead = document.createElement("strong");
  lead.textContent = "Not sent yet. Please check:";
  const list = document.createElement("ul");
  for (const { field, label, text } of problems) {
    const item = document.createElement("li");
    const part = field && form.querySelector(`[data-field="${CSS.escape(field)}"]`);
    if (part) {
      part.classList.add("has-error");
      const input = part.querySelector("input:not([type=hidden]), select, textarea");
      input?.setAttribute("aria-invalid", "true");
      const link = document.createElement("a");
      link.href = `#${input?.id || part.id}`;
      link.textContent = label || "This";
      item.append(link, `: ${text}`);
      const note = document.createElement("div");
      note.className = "invalid-feedback";
      note.dataset.said = "";
      note.textContent = text;
      part.append(note);
    } else item.textContent = label ? `${label}: ${text}` : text;
    list.append(item);
  }
  const words = document.createElement("div");
  words.append(lead, list);
  summary.classList.remove("note-good");
  summary.classList.add("note-caution", "error-summary");
  summary.replaceChildren(words);
  summary.hidden = false;
  summary.focus();
}

/** A line of words, and links as [words, address]. */
function say(text, { good = false, link = null, focus = true } = {}) {
  summary.classList.toggle("note-good", good);
  summary.classList.toggle("note-caution", !good);
  summary.classList.toggle("error-summary", !good);
  const words = document.createElement("div");
  words.textContent = text;
  if (link) words.append(" ", Object.assign(document.createElement("a"), { textContent: link[0], href: link[1] }));
  summary.replaceChildren(words);
  summary.hidden = false;
  if (focus) summary.focus();
}

function gather(submitter) {
  const data = new FormData(form, submitter);
  const fields = [];
  const files = [...(mending?.files ?? [])];
  for (const [name, value] of data) {
    if (value instanceof File) {
      if (value.size) files.push(value);
    } else if (name !== "csrfmiddlewaretoken") fields.push([name, value]);
  }
  return { fields, files, id: mending?.id ?? (data.get("client_id") || crypto.randomUUID()) };
}

let busy = null;

function setBusy(button, words) {
  if (words) {
    busy = { button, html: button.innerHTML };
    button.textContent = words;
  } else if (busy) {
    busy.button.innerHTML = busy.html;
    busy = null;
  }
  for (const press of form.querySelectorAll("[type=submit]")) press.disabled = Boolean(words);
  if (!words) update();
}

/** The files are kept now, and listed as such: the chooser holds none. */
function clearChosen() {
  for (const input of form.querySelectorAll("[type=file]")) {
    input.value = "";
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/** It is kept: the form is ready for the next one, and the list above says what waits. */
function startAfresh([words, link]) {
  history.replaceState(null, "", location.pathname);
  mending = null;
  form.reset();
  const id = form.querySelector("[name=client_id]");
  if (id) id.value = crypto.randomUUID();
  for (const block of people().slice(1)) block.remove();
  people()[0].querySelector("[data-matches]").replaceChildren();
  showKeptFiles();
  foldLines();
  countPeople();
  untouched = said();
  say(words, { good: true, link });
  document.querySelector("[data-waiting]")?.scrollIntoView({ block: "nearest" });
}

let saver = null;

/** What is needed to save comes after the form, which a thin line is for first. */
async function saving() {
  saver ??= import(form.dataset.saveScript).catch((error) => {
    saver = null;
    throw error;
  });
  return saver;
}

async function save(report, press) {
  let parts;
  try {
    parts = await saving();
  } catch {
    return { words: ["No signal, and this page has not come whole. Leave it open, and press the button again when the signal is back."] };
  }
  const problems = parts.missing(report, press);
  if (problems.length) return { problems };
  return parts.keepAndSend(report, Boolean(mending), () => {
    mending = { id: report.id, files: report.files };
    clearChosen();
    showKeptFiles();
  });
}

function takeOver() {
  form.addEventListener("submit", async (event) => {
    const press = event.submitter;
    if (event.defaultPrevented || ["find", "add"].includes(press?.name)) return;
    event.preventDefault();
    if (busy) return;
    clearProblems();
    setBusy(press ?? form.querySelector("[data-save]"), "Sending…");
    let answer = {};
    try {
      answer = await save(gather(press), press);
    } finally {
      setBusy(null, null);
    }
    if (answer.url) location.assign(answer.url);
    else if (answer.problems) showProblems(answer.problems);
    else if (answer.kept) startAfresh(answer.kept);
    else if (answer.words) say(answer.words[0]);
    else {
      // A full phone: the browser sends the form itself.
      if (press?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: press.name, value: press.value }));
      form.submit();
    }
  });
  window.addEventListener("dtac-sent", ({ detail: { ref, url } }) => {
    if (!summary.hidden) say("Sent:", { good: true, link: [ref, url], focus: false });
  });
  setTimeout(() => saving().catch(() => {}), 2000);
  form.querySelector("[data-no-signal]").hidden = false;
}

async function start() {
  form.addEventListener("change", update);
  // Other people's alerts come after the form, which is what a thin line is for first.
  if (form.dataset.alertsScript) setTimeout(() => import(form.dataset.alertsScript), 3000);
  people().forEach((block, place) => wirePerson(block, { lately: place === 0 && !direct }));
  const sites = form.querySelector("[data-where]");
  if (sites) {
    sites.querySelector("[name=find]").remove();
    const address = (words) => `${form.dataset.whereUrl}?${new URLSearchParams({ q: words })}`;
    findAsTyped(sites.querySelector("[type=search]"), sites.querySelector("[data-sites]"), address);
  }
  form.querySelector("[data-add-person]").addEventListener("click", (event) => {
    event.preventDefault();
    addPerson().querySelector("[type=search]").focus();
  });
  form.querySelector("[data-add-person]").type = "button";
  form.addEventListener("keydown", enterSends);
  unpick();
  addLine.addEventListener("click", () => {
    const line = lines.find((one) => one.hidden);
    line.hidden = false;
    line.querySelector("select").focus();
    addLine.hidden = !lines.some((one) => one.hidden);
  });
  foldTypes();
  foldLines();
  countPeople();
  untouched = said();
  window.addEventListener("pageshow", update);
  if (direct) return (await import(form.dataset.carefulScript)).mind(form, { say, showProblems });
  if (document.body.dataset.ready === undefined) await new Promise((done) => document.addEventListener("dtac-ready", done, { once: true }));
  if (document.body.dataset.ready === "never") return;
  takeOver();
  const fresh = !isTouched();
  const places = form.querySelector("[data-kept-premises]");
  if (places && !(await (await import(form.dataset.mendScript)).offerPlaces(places, await outbox.session()))) say("Nobody is signed in on this phone. Sign in when there is signal; until then nothing can be kept.");
  if (fresh) untouched = said();
  await mendFromAddress();
  window.addEventListener("hashchange", mendFromAddress);
  form.dataset.ready = "";
}

start();
