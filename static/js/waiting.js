// The panel of reports that wait on this phone: what stands in their way, what to do, what has gone.

const outbox = window.dtacOutbox;
const panel = document.querySelector("[data-waiting]");
const signedOut = document.body.dataset.signedOut !== undefined;
const plural = (n, one, many) => (n === 1 ? one : many.replace("#", n));
const element = (tag, facts) => Object.assign(document.createElement(tag), facts);

const STATES = {
  "no-signal": ["No signal. What waits goes by itself when it is back."],
  busy: ["D-TAC can’t take it just now. It is tried again by itself."],
  sending: ["Being sent."],
  "signed-out": ["You are signed out. It stays on this phone, locked, until you ", ["sign in", "/sign-in/?next=/log/"], "."],
  "other-user": ["Somebody else is signed in now. It stays on this phone, locked, until you ", ["sign in", "/sign-out/"], " again."],
};
const TAGS = { waiting: "Waiting", refused: "Not taken", unreadable: "Can’t be opened", lost: "Can’t be opened" };
const TITLES = {
  unreadable: "A report that can’t be opened. This phone can’t read it any more.",
  lost: "A report that can’t be opened. The key it was locked with is not on the server any more.",
};

const sent = []; // [reference, address] of what has gone while this page was open
const note = ({ kind, ref, url }) => kind === "gone" && !sent.some(([known]) => known === ref) && sent.push([ref, url]);
window.addEventListener("dtac-outbox", ({ detail }) => note(detail));
new BroadcastChannel("dtac-outbox").addEventListener("message", ({ data }) => note(data));

/** Text and links: a link is [words, address]. */
const linked = (parts) => parts.map((part) => (typeof part === "string" ? part : element("a", { textContent: part[0], href: part[1] })));

function button(words, press) {
  const made = element("button", { type: "button", className: "btn", textContent: words });
  made.addEventListener("click", press);
  return made;
}

let lost = null;

async function askAndDelete(report) {
  const words = (await outbox.isGoing(report.id))
    ? "It is being sent just now. Stop that and delete it from the phone? If it has arrived already, it is under Reports."
    : report.state === "waiting" && report.tried
      ? "Delete this report from the phone? A try to send it got no answer: if it arrived, it is under Reports."
      : "Delete this report from the phone? It has not been sent.";
  if (!window.confirm(words)) return;
  if (report.state === "lost") lost = null; // is asked for again
  if (!(await outbox.drop(report.id))) window.alert("It was sent before it could be deleted. It is under Reports.");
}

const made = new Intl.DateTimeFormat("en-GB", { dateStyle: "short", timeStyle: "short", timeZone: "Europe/London" });

function row(report) {
  const item = element("li");
  const text = element("div", { className: "row-text" });
  const files = report.files ? `, ${plural(report.files, "1 file", "# files")}` : "";
  text.append(
    element("span", { className: "row-title", textContent: TITLES[report.state] ?? (report.summary || "Report") }),
    element("span", { className: "row-meta", textContent: `Written ${made.format(report.made)}${files}` }),
  );
  for (const problem of (report.state === "refused" && report.problems) || []) {
    const words = problem.label ? `${problem.label}: ${problem.text}` : problem.text;
    text.append(element("span", { className: "row-meta waiting-problem", textContent: words }));
  }
  const tags = element("div", { className: "row-tags" });
  const tone = report.state === "waiting" ? "tag-info" : "tag-warning";
  tags.append(element("span", { className: `tag ${tone}`, textContent: TAGS[report.state] }));
  const act = element("div", { className: "row-act" });
  const mend = report.state === "refused" ? "Mend" : report.state === "waiting" && "Open";
  if (mend) act.append(element("a", { className: "btn", href: `/log/#mend=${report.id}`, textContent: mend }));
  act.append(button("Delete", () => askAndDelete(report)));
  item.append(text, tags, act);
  return item;
}

export async function show(state) {
  const mine = await outbox.list();
  const all = await outbox.any();
  if (!signedOut && all > mine.length && navigator.onLine) lost ??= outbox.lost();
  const rows = [...mine, ...((await lost) ?? [])];
  const waits = mine.some((report) => report.state === "waiting");
  panel.hidden = signedOut ? !all : !rows.length && !sent.length;
  panel.querySelector("h2").textContent = rows.length || signedOut ? "Waiting to send" : "Sent";
  panel.querySelector("[data-waiting-list]").replaceChildren(...rows.map(row));
  panel.querySelector("[data-send-now]").hidden = !waits;
  const parts = [];
  if (signedOut && all) parts.push(plural(all, "1 report waits", "# reports wait"), " on this phone. Only the person who wrote it can see or send it: sign in.");
  else if (waits) parts.push(...(STATES[state] ?? []));
  if (sent.length) parts.push(parts.length ? " Sent: " : "Sent: ", ...sent.flatMap((one, place) => (place ? [", ", one] : [one])), ".");
  const line = panel.querySelector("[data-waiting-state]");
  line.replaceChildren(...linked(parts));
  line.hidden = !parts.length;
  for (const wrong of document.querySelectorAll("[data-if-not-kept]")) wrong.hidden = all > 0;
}
