// Drawing boxes on a photo: one part that is kept, others that are blurred. The numbers in the form
// are what is sent; this only fills them in. Without it they are typed, and the result is a page away.

const form = document.querySelector("[data-crop]");
const stage = form.querySelector("[data-stage]");
const said = form.querySelector("[data-said]");
const state = form.querySelector("[data-state]");
const result = form.querySelector("[data-result] img");
const clearOfOthers = form.elements.bystanders_clear;
const SIDES = ["left", "top", "width", "height"];
const LEAST = { crop: 5, blur: 1 }; // percent, as the server has it
const STEP = 1;
const READY = state.textContent;

const lines = Array.from(form.querySelectorAll("[data-box]"), (line) => line.dataset.box);
const blurs = lines.filter((name) => name !== "crop");
const field = (name, side) => form.elements[`${name}_${side}`];
const kindOf = (name) => (name === "crop" ? "crop" : "blur");
const tool = () => form.querySelector("[name=tool]:checked").value;
const rounded = (value) => Math.round(value * 10) / 10;
const within = (value, low, high) => Math.min(Math.max(value, low), high);

let before = []; // what the numbers were, before each change
const drawn = new Map(); // name of a box -> its element on the photo

// --- the numbers -----------------------------------------------------------------------------

function read(name) {
  const values = SIDES.map((side) => field(name, side).value.trim());
  if (values.some((value) => value === "" || !Number.isFinite(Number(value)))) return null;
  const [left, top, width, height] = values.map(Number);
  return { left, top, width, height };
}

function fit(box, kind) {
  const width = within(box.width, LEAST[kind], 100);
  const height = within(box.height, LEAST[kind], 100);
  return { left: within(box.left, 0, 100 - width), top: within(box.top, 0, 100 - height), width, height };
}

function write(name, box) {
  for (const side of SIDES) field(name, side).value = box ? String(rounded(box[side])) : "";
}

const snapshot = () => JSON.stringify(lines.map((name) => SIDES.map((side) => field(name, side).value)));

function remember() {
  const now = snapshot();
  if (before.at(-1) !== now) before.push(now);
}

function undo() {
  const now = snapshot();
  let last = before.pop();
  if (last === now) last = before.pop();
  if (last === undefined) return;
  JSON.parse(last).forEach((values, n) => values.forEach((value, side) => (field(lines[n], SIDES[side]).value = value)));
  changed("Undone.");
}

// --- on the photo ----------------------------------------------------------------------------

function place(element, box) {
  for (const side of SIDES) element.style[side] = `${box[side]}%`;
}

function label(name, box) {
  const what = name === "crop" ? "The part that is kept" : `Blurred box ${blurs.indexOf(name) + 1}`;
  return `${what}: ${SIDES.map((side) => `${side} ${rounded(box[side])}`).join(", ")} percent`;
}

function show() {
  for (const name of lines) {
    const box = read(name);
    let element = drawn.get(name);
    if (!box) {
      element?.remove();
      drawn.delete(name);
      continue;
    }
    if (!element) {
      element = Object.assign(document.createElement("button"), { type: "button", className: `crop-box crop-${kindOf(name)}` });
      element.dataset.name = name;
      element.setAttribute("aria-describedby", "crop-help");
      element.append(Object.assign(document.createElement("span"), { className: "crop-grip" }));
      drawn.set(name, element);
      if (name === "crop") stage.querySelector("img").after(element); // beneath the blurred ones
      else stage.append(element);
    }
    element.setAttribute("aria-label", label(name, box));
    place(element, box);
  }
  form.querySelector("[data-undo]").disabled = !before.length;
}

let waiting = 0;

/** After each change: what was said of the result is no longer true, and the result is made anew. */
function changed(words = "") {
  show();
  if (clearOfOthers) clearOfOthers.checked = false; // the page of an access pack has no such box
  said.textContent = words;
  result.parentElement.classList.add("old");
  state.textContent = "Making the result…";
  clearTimeout(waiting);
  waiting = setTimeout(look, 700);
}

let asked = 0;

async function look() {
  clearTimeout(waiting);
  const mine = ++asked;
  const query = new URLSearchParams();
  for (const name of lines) {
    const box = read(name);
    if (box) query.append(kindOf(name), SIDES.map((side) => rounded(box[side])).join(","));
  }
  try {
    const answer = await fetch(`${form.dataset.look}?${query}`, { cache: "no-store", redirect: "manual" });
    if (mine !== asked) return;
    if (!answer.ok) {
      const plain = answer.headers.get("Content-Type")?.startsWith("text/plain");
      state.textContent = plain ? await answer.text() : "The result can’t be made just now. Try again in a minute.";
      return;
    }
    const picture = await answer.blob();
    if (mine !== asked) return;
    URL.revokeObjectURL(result.src);
    result.src = URL.createObjectURL(picture);
    result.parentElement.classList.remove("old");
    state.textContent = READY;
  } catch {
    if (mine === asked) state.textContent = "No answer: there is no signal or it is too weak. Press “Show the result” when it is back.";
  }
}

// --- drawing, with mouse, pen or finger ------------------------------------------------------

function at(event) {
  const frame = stage.getBoundingClientRect();
  return {
    x: within(((event.clientX - frame.left) / frame.width) * 100, 0, 100),
    y: within(((event.clientY - frame.top) / frame.height) * 100, 0, 100),
  };
}

const free = () => blurs.find((name) => !read(name));

function begin(event) {
  if (event.button || !event.isPrimary) return;
  const start = at(event);
  const element = event.target.closest(".crop-box");
  // To blur within the part that is kept, one draws across it: only its edge and grip are its own.
  const held = element && !(element.dataset.name === "crop" && tool() === "blur" && !event.target.closest(".crop-grip")) ? element : null;
  const name = held ? held.dataset.name : tool() === "crop" ? "crop" : free();
  if (!name) {
    said.textContent = "No more boxes: remove one first.";
    return;
  }
  event.preventDefault();
  const was = snapshot();
  const old = read(name);
  const kind = kindOf(name);
  const sizing = Boolean(event.target.closest(".crop-grip"));
  let moved = false;
  stage.setPointerCapture(event.pointerId);

  function move(next) {
    if (next.pointerId !== event.pointerId) return;
    const { x, y } = at(next);
    if (Math.abs(x - start.x) + Math.abs(y - start.y) > 0.5) moved = true;
    if (!moved) return;
    if (held && sizing) write(name, fit({ ...old, width: Math.min(old.width + x - start.x, 100 - old.left), height: Math.min(old.height + y - start.y, 100 - old.top) }, kind));
    else if (held) write(name, fit({ ...old, left: old.left + x - start.x, top: old.top + y - start.y }, kind));
    else write(name, fit({ left: Math.min(x, start.x), top: Math.min(y, start.y), width: Math.abs(x - start.x), height: Math.abs(y - start.y) }, kind));
    show();
  }

  function end(last) {
    if (last.pointerId !== event.pointerId) return;
    stage.removeEventListener("pointermove", move);
    stage.removeEventListener("pointerup", end);
    stage.removeEventListener("pointercancel", end);
    if (moved) {
      before.push(was);
      changed();
    }
    drawn.get(name)?.focus({ preventScroll: true });
  }

  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointerup", end);
  stage.addEventListener("pointercancel", end);
}

// --- keys ------------------------------------------------------------------------------------

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function onKey(event) {
  if (event.key === "z" && (event.ctrlKey || event.metaKey) && !event.target.matches("input")) {
    event.preventDefault();
    undo();
    return;
  }
  const name = event.target.closest(".crop-box")?.dataset.name;
  if (!name) return;
  const box = read(name);
  if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    remember();
    write(name, null);
    changed("Box removed.");
    form.querySelector("[data-add]").focus();
    return;
  }
  const arrow = ARROWS[event.key];
  if (!arrow) return;
  event.preventDefault();
  remember();
  const [x, y] = arrow.map((way) => way * STEP);
  const next = event.shiftKey
    ? { ...box, width: Math.min(box.width + x, 100 - box.left), height: Math.min(box.height + y, 100 - box.top) }
    : { ...box, left: box.left + x, top: box.top + y };
  write(name, fit(next, kindOf(name)));
  changed(label(name, read(name)));
}

function add() {
  const name = tool() === "crop" ? "crop" : free();
  if (!name) {
    said.textContent = "No more boxes: remove one first.";
    return;
  }
  if (!read(name)) {
    remember();
    write(name, name === "crop" ? { left: 10, top: 10, width: 80, height: 80 } : { left: 40, top: 40, width: 20, height: 20 });
    changed("Box added.");
  }
  drawn.get(name).focus();
}

function clear() {
  remember();
  for (const name of lines) write(name, null);
  changed("The whole photo, nothing blurred.");
}

for (const part of form.querySelectorAll("[data-tools]")) part.hidden = false;
stage.classList.add("drawable");
stage.addEventListener("pointerdown", begin);
form.addEventListener("keydown", onKey);
form.querySelector("[data-add]").addEventListener("click", add);
form.querySelector("[data-undo]").addEventListener("click", undo);
form.querySelector("[data-clear]").addEventListener("click", clear);
form.querySelector("[data-numbers]").addEventListener("focusin", remember);
form.querySelector("[data-numbers]").addEventListener("input", () => changed());
form.querySelector("[data-preview]").addEventListener("click", (event) => {
  event.preventDefault();
  look();
});
stage.querySelector("img").addEventListener("error", () => (form.querySelector("[data-broken]").hidden = false));
show();
