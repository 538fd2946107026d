// What the log form needs without signal, or for a report that waits on the phone.

let form = null;

function setField(name, value) {
  const inputs = Array.from(form.querySelectorAll(`[name="${CSS.escape(name)}"]`));
  const choice = inputs.find((input) => input.matches("[type=radio], [type=checkbox]") && input.value === value);
  if (choice) choice.checked = true;
  else if (inputs[0] && !inputs[0].matches("[type=radio], [type=checkbox]")) inputs[0].value = value;
  else if (/^people-\d+-who$/.test(name)) pickKept(name, value);
  else if (name === "premises") pickKept(name, value);
}

/** Somebody picked from the gallery: only the reference is kept on the phone. */
function pickKept(name, value) {
  const holder = name === "premises" ? form.querySelector("[data-sites], [data-kept-premises]") : form.querySelector(`[data-field="${name}"] [data-matches]`);
  if (!holder) return;
  const item = document.createElement("li");
  const label = document.createElement("label");
  label.className = "pick";
  const input = Object.assign(document.createElement("input"), { type: "radio", name, value, checked: true });
  const text = Object.assign(document.createElement("span"), { className: "pick-text", textContent: name === "premises" ? "The place you chose" : value });
  label.append(input, text);
  item.append(label);
  const list = Object.assign(document.createElement("ul"), { className: "picks" });
  list.append(item);
  holder.replaceChildren(list);
}

/** Put `report` into the form, which `tools` are parts of. */
export function fill(report, tools) {
  ({ form } = tools);
  const { people, addPerson, showRareTypes } = tools;
  for (const input of form.querySelectorAll("input, select, textarea")) {
    if (input.matches("[type=radio], [type=checkbox]")) input.checked = false;
    else if (!input.matches("[type=hidden], [type=file]")) input.value = "";
  }
  for (const input of form.querySelectorAll("input, select, textarea, fieldset")) input.disabled = false;
  const highest = Math.max(0, ...report.fields.map(([name]) => Number(/^people-(\d+)-/.exec(name)?.[1] ?? 0)));
  while (people().length <= highest && people().length < 6) addPerson();
  showRareTypes();
  for (const [name, value] of report.fields) if (!/FORMS$/.test(name)) setField(name, value);
}

/** Without signal the form's places are those the phone remembers of its user. */
export function offerPlaces(part, here) {
  for (const site of here?.premises ?? []) {
    const chip = Object.assign(document.createElement("div"), { className: "chip" });
    const input = Object.assign(document.createElement("input"), {
      type: "radio", name: "premises", value: site.id, id: `kept-${site.id}`, checked: site.id === here.here, defaultChecked: site.id === here.here,
    });
    const label = Object.assign(document.createElement("label"), { htmlFor: input.id, textContent: site.name });
    chip.append(input, label);
    part.append(chip);
  }
  return Boolean(here);
}
