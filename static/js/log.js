// The log form: asks only for what the answers so far call for. Without this file everything
// is shown, and the server takes what it needs.

const form = document.querySelector("[data-log-form]");
const matches = form.querySelector("#matches");
const whoText = form.querySelector("#id_who_text");
const change = form.querySelector("[data-change]");
const list = (words) => new Set(words.split(" "));
const property = list(form.dataset.property);
const common = list(form.dataset.common);

const chosen = (name) => form.querySelector(`[name="${name}"]:checked`);

/** A group that isn't asked for is hidden, and disabled so that nothing in it can refuse the form. */
function ask(group, needed) {
  for (const part of form.querySelectorAll(`[data-group="${group}"]`)) {
    part.hidden = !needed;
    part.disabled = !needed;
  }
}

/** Of the faces found, show the one that was chosen. */
function showChosenFace() {
  if (!matches) return;
  const who = chosen("who");
  const face = who && matches.contains(who) ? who : null;
  for (const pick of matches.querySelectorAll("li")) pick.hidden = Boolean(face) && !pick.contains(face);
  whoText.parentElement.hidden = Boolean(face);
  form.querySelector("#who_unknown").closest(".choice-chips").hidden = Boolean(face);
  change.hidden = !face;
  form.querySelector("[data-breach]").hidden = !face?.matches("[data-excluded]");
}

function update() {
  const what = chosen("what")?.value ?? "";
  const seen = what === "seen";
  ask("property", property.has(what));
  ask("incident", !seen);
  ask("earlier", chosen("when")?.value === "earlier");
  ask("unknown", chosen("who")?.value === "unknown");
  form.querySelector("[data-save]").textContent = seen ? "Save sighting" : "Send report";
  showChosenFace();
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
    for (const chip of rare) chip.hidden = false;
    rare[0].querySelector("input").focus();
    more.remove();
  });
  chips.at(-1).after(more);
}

/** Lines of goods: those with something in them, and one more at a time. */
function foldLines() {
  const lines = Array.from(form.querySelectorAll("[data-line]"));
  const add = form.querySelector("[data-add-line]");
  const used = (line) => Array.from(line.querySelectorAll("input, select")).some((input) => input.value);
  lines.forEach((line, place) => (line.hidden = place > 0 && !used(line)));
  const next = () => lines.find((line) => line.hidden);
  add.hidden = !next();
  add.addEventListener("click", () => {
    const line = next();
    line.hidden = false;
    line.querySelector("select").focus();
    add.hidden = !next();
  });
}

form.addEventListener("change", update);
if (matches) {
  // Faces appear as the name is typed, so the button isn't needed, and Enter must not send the form.
  form.querySelector("[name=find]").remove();
  whoText.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  document.body.addEventListener("htmx:afterSwap", update);
  change.addEventListener("click", () => {
    const who = chosen("who");
    if (who) who.checked = false;
    update();
    whoText.focus();
  });
}
foldTypes();
foldLines();
update();
window.addEventListener("pageshow", update);
