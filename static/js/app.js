// Small conveniences on every page. Each page works without them.

/** A second press of a submit button does nothing while the first is under way. */
function guardDoubleSubmit() {
  const busy = new Map();

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-no-guard]")) {
      // A download leaves the page as it is: what was said of the last try is no longer true.
      for (const told of form.querySelectorAll("[data-error-summary], .invalid-feedback")) told.remove();
      for (const field of form.querySelectorAll(".is-invalid")) field.classList.remove("is-invalid");
    }
    if (event.defaultPrevented || form.method === "get" || form.matches("[data-no-guard], [hx-post]")) return;
    if (busy.has(form)) {
      event.preventDefault();
      return;
    }
    const button = event.submitter ?? form.querySelector("[type=submit]");
    busy.set(form, button && { button, html: button.innerHTML, value: button.value });
    if (!button) return;
    // After this turn, so that the button's own name and value are still sent.
    setTimeout(() => {
      button.disabled = true;
      const words = button.dataset.busy ?? "Saving…";
      if (button.tagName === "INPUT") button.value = words;
      else button.textContent = words;
    });
  });

  // Coming back with the browser's Back button: the form can be used again.
  window.addEventListener("pageshow", () => {
    for (const [form, kept] of busy) {
      busy.delete(form);
      if (!kept) continue;
      kept.button.disabled = false;
      if (kept.button.tagName === "INPUT") kept.button.value = kept.value;
      else kept.button.innerHTML = kept.html;
    }
  });
}

/** On a shared device no page with faces stays on screen once its session is over. */
function leaveWhenUnused() {
  const seconds = Number(document.body.dataset.leaveAfter);
  if (!seconds) return;
  let timer;
  const again = () => {
    clearTimeout(timer);
    // The server notes to the minute when a session was used: a little later it is surely over.
    timer = setTimeout(() => location.assign("/"), (seconds + 75) * 1000);
  };
  for (const kind of ["pointerdown", "keydown", "scroll"]) document.addEventListener(kind, again, { passive: true });
  again();
}

/** Names and small pictures of the photos chosen, under each photo picker. */
function showChosenPhotos() {
  const shown = new Map();

  function show(input, list) {
    for (const address of shown.get(input) ?? []) URL.revokeObjectURL(address);
    const addresses = [];
    list.replaceChildren(
      ...Array.from(input.files, (file) => {
        const item = document.createElement("li");
        if (file.type.startsWith("image/")) {
          const picture = document.createElement("img");
          picture.alt = "";
          picture.src = URL.createObjectURL(file);
          addresses.push(picture.src);
          // A kind of photo that this browser can't draw, such as HEIC: the name is enough.
          picture.addEventListener("error", () => picture.remove());
          item.append(picture);
        }
        item.append(file.name);
        return item;
      }),
    );
    shown.set(input, addresses);
  }

  function listOf(input) {
    return document.querySelector(`[data-photo-list="${CSS.escape(input.id)}"]`);
  }

  document.addEventListener("change", (event) => {
    const input = event.target;
    const list = input.type === "file" && listOf(input);
    if (list) show(input, list);
  });
  document.addEventListener("reset", (event) => {
    for (const input of event.target.querySelectorAll("input[type=file]")) {
      const list = listOf(input);
      if (list) setTimeout(() => show(input, list));
    }
  });
}

/** Menus made of <details>: Escape or a press elsewhere closes them. */
function closeMenus() {
  const open = () => document.querySelectorAll("details.menu[open]");

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
}

guardDoubleSubmit();
showChosenPhotos();
closeMenus();
leaveWhenUnused();
document.querySelector("[data-error-summary]")?.focus();
