// Saving the log form: what can be told to be missing, then kept on the phone, then sent.

const form = document.querySelector("[data-log-form]");
const outbox = window.dtacOutbox;
const chosen = (name) => form.querySelector(`[name="${CSS.escape(name)}"]:checked`);
const people = () => Array.from(form.querySelectorAll("[data-person]"));

/** What the form itself can tell is missing: said before anything is kept. */
export function missing({ fields, files }, press) {
  const found = [];
  const values = (name) => fields.filter(([one, value]) => one === name && value).map(([, value]) => value);
  const has = (name) => values(name).length > 0;
  const need = (field, label, text) => found.push({ field, label, text });
  const canFind = navigator.onLine && !form.querySelector("[data-kept-premises]");
  if (press?.name !== "finish") {
    for (const { dataset: { person: n } } of people()) {
      const looks = fields.some(([name, value]) => value && name.startsWith(`people-${n}-`) && !/-(pk|who|part)$/.test(name));
      if (n === "0" && !has("people-0-who") && !looks) need("people-0-who", "Who", "Choose who it was, or Someone unknown.");
      else if (canFind && !has(`people-${n}-who`) && has(`people-${n}-named_as`) && !/\d/.test(values(`people-${n}-named_as`)[0])) need(`people-${n}-who`, "Who", "Choose one of the people found, or Someone unknown.");
      else if (values(`people-${n}-who`)[0] === "unknown" && !looks && !files.length) need(`people-${n}-description`, "In your words", "Say what they looked like, or add a photo.");
    }
  }
  if (!has("premises")) need("premises", "Where", "Choose where it happened.");
  if (!has("what")) need("what", "What happened?", "Choose what happened, or Seen only.");
  if (values("when")[0] === "earlier" && !has("occurred_at")) need("occurred_at", "Day and time", "Enter the day and time.");
  form.querySelectorAll("[data-line]").forEach((line, n) => {
    const typed = ["description", "quantity", "value_stolen", "value_recovered"].some((name) => has(`items-${n}-${name}`));
    if (typed && !has(`items-${n}-category`)) need(`items-${n}-category`, "Goods", "Choose the kind of goods.");
  });
  return [...found, ...tooLarge(files)];
}

const limits = JSON.parse(form.dataset.limits);

function limitOf({ type, name }) {
  if (type.startsWith("video/") || /\.(mp4|mov)$/i.test(name)) return limits.video;
  return type === "application/pdf" || /\.pdf$/i.test(name) ? limits.document : limits.photo;
}

function tooLarge(files) {
  const MB = 1024 * 1024;
  const found = files.filter((file) => file.size > limitOf(file)).map((file) => `${file.name}: over ${limitOf(file) / MB} MB. Send a smaller one, or hand it to the Intelligence Manager.`);
  if (files.length > limits.files) found.push(`Send ${limits.files} files at most.`);
  // What is typed, and what stands round the files, takes room too.
  if (files.reduce((sum, { size }) => sum + size, 0) > limits.total - MB) found.push(`Over ${limits.total / MB} MB together. Leave one out.`);
  return found.map((text) => ({ field: "uploads", label: "Photos and files", text }));
}

// --- in words ---

function inWords() {
  const what = chosen("what")?.closest(".chip").textContent.trim() || "Report";
  const who = people()
    .map((block) => {
      const picked = chosen(`people-${block.dataset.person}-who`);
      if (picked && picked.value !== "unknown") return picked.value;
      return block.querySelector("[type=search]").value.trim() || (picked ? "someone unknown" : "");
    })
    .filter(Boolean)
    .join(", ");
  const where = chosen("premises")?.closest(".chip, .pick")?.textContent.trim();
  return [what, who, where].filter(Boolean).join(" · ");
}

/** A name that was typed and not found, without signal: it is kept with somebody unknown. */
function keepTypedNames(fields) {
  for (const block of people()) {
    const n = block.dataset.person;
    const has = fields.some(([name, value]) => name === `people-${n}-who` && value);
    const typed = fields.find(([name]) => name === `people-${n}-named_as`)?.[1];
    if (!has && typed) fields.push([`people-${n}-who`, "unknown"]);
  }
}

// --- kept, and sent ---

const gone = new Map(); // reports that were sent, by whomever on this phone, and what they are now
let keptLast = null; // the report that the note on top says is kept

function note({ kind, id, url, ref }) {
  if (kind !== "gone") return;
  gone.set(id, { url, ref });
  const offline = document.querySelector("[data-offline-note]");
  if (offline) offline.hidden = true;
  if (id === keptLast) window.dispatchEvent(new CustomEvent("dtac-sent", { detail: { url, ref } }));
}

window.addEventListener("dtac-outbox", (event) => note(event.detail));
new BroadcastChannel("dtac-outbox").addEventListener("message", (event) => note(event.data));

const STAYS = "Leave this page open: what you typed is still here.";
const NOT_KEPT = {
  "sent-meanwhile": "This report was sent meanwhile, or deleted on another page. If it was sent, it is under Reports.",
  "signed-out": `You are signed out, so this can’t be kept or sent. ${STAYS} Sign in on another page, then press the button again.`,
  "other-user": `Somebody else has signed in on this phone, so this can’t be kept or sent for you. ${STAYS} Sign in as yourself on another page, then press the button again.`,
};
NOT_KEPT["not-yours"] = NOT_KEPT["other-user"];
const STOPPED = "Stopped: this report was deleted or changed on another page of this phone. If it was sent, it is under Reports.";
const NO_ROOM = "This phone has no room left to keep it. Leave this page open, free some room or leave out a file, and press the button again.";
const KEPT = {
  busy: ["Kept on this phone. D-TAC can’t take it just now: it is tried again by itself. You can close this page."],
  "signed-out": ["Kept on this phone, locked. You are signed out: it goes when you sign in.", ["Sign in", "/sign-in/?next=/log/"]],
  "other-user": ["Kept on this phone, locked. Somebody else is signed in now: it goes when you sign in again."],
};
const KEPT_NO_SIGNAL = ["Kept on this phone. It goes by itself when the signal is back; you can close this page."];

/**
 * Keep it, then try to send it; `kept` is called between the two. Returns what came of it: url,
 * problems, kept or words; nothing of these when the browser has to send the form itself.
 */
export async function keepAndSend(report, mend, kept) {
  const words = { fields: report.fields, summary: inWords() };
  if (!navigator.onLine || form.querySelector("[data-kept-premises]")) keepTypedNames(words.fields);
  try {
    await outbox.keep(report.id, words, report.files, { mend });
  } catch (error) {
    if (error.file) return { words: [`${error.file} can’t be read any more. Choose it again, or leave it out.`] };
    if (NOT_KEPT[error.message]) return { words: [NOT_KEPT[error.message]] };
    if (navigator.onLine && !mend && form.querySelector("[name=csrfmiddlewaretoken]")) return {};
    return { words: [NO_ROOM] };
  }
  kept();
  const answer = await sendMine(report.id);
  const url = answer.url ?? gone.get(report.id)?.url; // another page, or the worker, may have been first
  if (url) return { url };
  if (answer.state === "refused") return { problems: answer.problems };
  if (answer.state === "stopped") return { words: [STOPPED] };
  keptLast = report.id;
  window.dtacPhone.show(answer.state);
  window.dtacPhone.sendLater();
  return { kept: KEPT[answer.state] ?? KEPT_NO_SIGNAL };
}

async function sendMine(id) {
  if (!navigator.onLine) return { state: "no-signal" };
  const page = document.body.dataset.phone ? { token: form.querySelector("[name=csrfmiddlewaretoken]")?.value } : {};
  const { sent, state } = await outbox.send({ ...page, only: id });
  return sent[id] ?? { state };
}
