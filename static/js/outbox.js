// Reports that wait on this phone until they can be sent. Used by the pages and by the worker.
//
// Each is locked (AES-GCM) with the key of the user who wrote it. The server gives that key to
// nobody else, and the phone forgets it at sign-out: what waits stays, and only its own writer
// ever sees or sends it.
(() => {
  const NAME = "dtac";
  const SLICE = 4 * 1024 * 1024; // bytes of a file that are locked at a time
  const PHONE = "/log/phone/";
  const SEND = "/log/";
  const SEND_WITHIN = 30 * 1000; // milliseconds, and more for files:
  const SLOWEST_LINE = 12; // bytes in each of them
  const LONGEST = 45 * 60 * 1000;
  const LARGE = 1024 * 1024; // bytes of files; such a report waits for the small ones
  const ASK_WITHIN = 15 * 1000;
  const UNTAKEN = { field: "", label: "", text: "The server could not take this. Open it, check it and send it again." };
  const TOO_LARGE = { field: "uploads", label: "Photos and files", text: "These are too large together. Leave one out." };
  const news = "BroadcastChannel" in self ? new BroadcastChannel("dtac-outbox") : null;

  // --- the phone's store ---------------------------------------------------------------------

  let opened = null;

  function open() {
    opened ??= new Promise((done, refuse) => {
      const request = indexedDB.open(NAME, 2);
      request.onupgradeneeded = ({ oldVersion }) => {
        const db = request.result;
        const files = db.createObjectStore("files", { keyPath: "id" });
        if (oldVersion) return split(request.transaction.objectStore("waiting"), files);
        db.createObjectStore("session");
        db.createObjectStore("waiting", { keyPath: "id" });
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => {
          request.result.close();
          opened = null;
        };
        done(request.result);
      };
      request.onerror = () => refuse(request.error);
    });
    opened.catch(() => (opened = null));
    return opened;
  }

  /** What an earlier release kept in one row: words here, files there, so that a list reads no file. */
  function split(waiting, files) {
    waiting.openCursor().onsuccess = ({ target: { result: at } }) => {
      if (!at) return;
      const { files: kept, ...row } = at.value;
      files.put({ id: row.id, kept });
      at.update({ ...row, ...measure(kept), content: 1, alert: false, tried: true });
      at.continue();
    };
  }

  const measure = (files) => ({ files: files.length, bytes: files.reduce((sum, file) => sum + file.size, 0) });

  /** Run one step on stores and wait until all of it is kept. */
  async function store(names, mode, step) {
    const db = await open();
    return new Promise((done, refuse) => {
      const change = db.transaction(names, mode, { durability: "strict" });
      const request = step(...[names].flat().map((name) => change.objectStore(name)));
      change.oncomplete = () => done(request.result);
      change.onabort = () => refuse(change.error ?? new Error("not kept"));
      change.onerror = () => refuse(change.error);
    });
  }

  const BOTH = ["waiting", "files"];
  const read = (name, key) => store(name, "readonly", (rows) => rows.get(key));
  const readAll = (name) => store(name, "readonly", (rows) => rows.getAll());
  const write = (name, row, key) => store(name, "readwrite", (rows) => rows.put(row, key));
  const remove = (name, key) => store(name, "readwrite", (rows) => rows.delete(key));
  const removeBoth = (id) =>
    store(BOTH, "readwrite", (rows, files) => {
      files.delete(id);
      return rows.delete(id);
    });

  function tell(what) {
    news?.postMessage(what);
    self.dispatchEvent(new CustomEvent("dtac-outbox", { detail: what }));
  }

  // --- whose phone it is now -----------------------------------------------------------------

  const session = () => read("session", "now");
  let mine = null; // whose page this is; the worker has none

  /** Say whose page this is: another tab may sign in as somebody else. */
  const claim = (owner) => (mine = owner);
  const isMine = (now) => !mine || mine === now.owner;

  async function remember(facts) {
    const raw = Uint8Array.from(atob(facts.key), (letter) => letter.charCodeAt(0));
    const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    const { owner, premises, here, place } = facts;
    await write("session", { owner, premises, here, place, key }, "now");
    return { owner, premises, here, place, key };
  }

  /** Forget who is here: at sign-out, or when somebody else has signed in. */
  async function forget() {
    await remove("session", "now");
    tell({ kind: "changed" });
  }

  /** Ask the server who is signed in. Returns its facts, or "signed-out", "no-signal", "busy". */
  async function ask(token, query = "") {
    let answer;
    try {
      answer = await fetch(PHONE + query, {
        method: token ? "POST" : "GET",
        headers: token ? { "X-CSRFToken": token } : {},
        redirect: "manual",
        cache: "no-store",
        signal: AbortSignal.timeout(ASK_WITHIN),
      });
    } catch {
      return "no-signal";
    }
    if (answer.type === "opaqueredirect" || [204, 401, 403, 404].includes(answer.status)) return "signed-out";
    try {
      return answer.ok ? await answer.json() : "busy";
    } catch {
      return "busy";
    }
  }

  /** Make the phone this user's, with the page's own token. Returns the session or null. */
  async function begin(token) {
    const facts = await ask(token);
    return typeof facts === "string" ? null : remember(facts);
  }

  // --- locking ------------------------------------------------------------------------------

  async function lock(key, bytes) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
  }

  const unlock = (key, locked) => crypto.subtle.decrypt({ name: "AES-GCM", iv: locked.iv }, key, locked.data);

  async function lockFile(key, file) {
    const slices = [];
    for (let at = 0; at < file.size; at += SLICE) {
      const bytes = await file.slice(at, at + SLICE).arrayBuffer().catch(() => {
        throw Object.assign(new Error("unreadable"), { file: file.name }); // moved or deleted since
      });
      slices.push(await lock(key, bytes));
    }
    return { name: file.name, type: file.type, size: file.size, slices };
  }

  async function unlockFile(key, kept) {
    const parts = [];
    for (const slice of kept.slices) parts.push(await unlock(key, slice));
    return new File(parts, kept.name, { type: kept.type });
  }

  const lockWords = (key, words) => lock(key, new TextEncoder().encode(JSON.stringify(words)));
  const unlockWords = async (key, locked) => JSON.parse(new TextDecoder().decode(await unlock(key, locked)));

  // --- reports -------------------------------------------------------------------------------

  const going = new Map(); // those whose turn it is here, each with what stops it
  const lockName = (id) => `dtac-outbox-${id}`;

  /** One at a time for each report, whichever page or worker asks. Without `wait`: null if taken. */
  function alone(id, work, { wait = true } = {}) {
    if (!navigator.locks) return work();
    return navigator.locks.request(lockName(id), { ifAvailable: !wait }, (held) => (held ? work() : null));
  }

  /** End the sending of a report, wherever it goes on. */
  function stop(id) {
    stopHere(id);
    news?.postMessage({ kind: "stop", id });
  }

  function stopHere(id) {
    const end = going.get(id);
    if (end) end.stopped = true; // and not late, or without a line
    end?.abort();
  }

  news?.addEventListener("message", ({ data }) => data.kind === "stop" && stopHere(data.id));

  /** Whether a report is being sent just now, from any page. */
  async function isGoing(id) {
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    return going.has(id) || held.some(({ name }) => name === lockName(id));
  }

  /**
   * Keep a report. `words` is {fields: [[name, value]], summary}; `files` are File objects.
   * Throws when the phone has no room, a file can't be read, nobody is signed in, or somebody else
   * is: then nothing was kept. With `mend` it takes the place of one that waits; a try of that one
   * is ended, and the server tells the two apart by the count of its contents.
   */
  async function keep(id, words, files, { mend = false } = {}) {
    if (mend) stop(id);
    return alone(id, () => keepNow(id, words, files, mend));
  }

  async function keepNow(id, words, files, mend) {
    const now = await session();
    if (!now) throw new Error("signed-out");
    if (!isMine(now)) throw new Error("other-user");
    const kept = [];
    for (const file of files) kept.push(await lockFile(now.key, file));
    const earlier = await read("waiting", id);
    if (earlier && earlier.owner !== now.owner) throw new Error("not-yours");
    if (mend && !earlier) throw new Error("sent-meanwhile");
    const row = {
      id,
      owner: now.owner,
      made: earlier?.made ?? Date.now(),
      state: "waiting",
      content: (earlier?.content ?? 0) + 1,
      tried: earlier?.tried ?? false,
      alert: words.fields.some(([name, value]) => name === "alert" && value),
      words: await lockWords(now.key, words),
      ...measure(kept),
    };
    await store(BOTH, "readwrite", (rows, all) => {
      all.put({ id, kept });
      return rows.put(row);
    });
    navigator.storage?.persist?.().catch(() => {});
    tell({ kind: "changed" });
  }

  const byAge = (one, other) => one.made - other.made;

  /** What waits of the user who is signed in on this phone, oldest first, unlocked. */
  async function list() {
    const now = await session();
    if (!now || !isMine(now)) return [];
    const shown = [];
    for (const { words, ...row } of (await readAll("waiting")).sort(byAge)) {
      if (row.owner !== now.owner) continue;
      const told = await unlockWords(now.key, words).catch(() => ({ state: "unreadable" }));
      shown.push({ ...row, ...told });
    }
    return shown;
  }

  const nobodys = new Set();

  /** What waits under a name that the server knows no more: nobody can open it again. */
  async function lost() {
    const now = await session();
    if (!now || !isMine(now)) return [];
    const others = (await readAll("waiting")).filter((row) => row.owner !== now.owner).sort(byAge);
    if (!others.length) return [];
    const owners = [...new Set(others.map((row) => row.owner))];
    const facts = await ask(null, `?${new URLSearchParams(owners.map((owner) => ["of", owner]))}`);
    const found = others.filter((row) => facts.unknown?.includes(row.owner));
    for (const row of found) nobodys.add(row.id);
    return found.map(({ id, made }) => ({ id, made, files: 0, state: "lost" }));
  }

  /** One report that waits, with its files, to be mended. */
  async function open_(id) {
    const now = await session();
    const row = now && (await read("waiting", id));
    if (!row || row.owner !== now.owner || !isMine(now)) return null;
    const files = [];
    for (const file of (await read("files", id)).kept) files.push(await unlockFile(now.key, file));
    return { ...row, ...(await unlockWords(now.key, row.words)), files };
  }

  /** Whether anything at all waits here, whoever it belongs to. Tells nothing else. */
  const any = () => store("waiting", "readonly", (rows) => rows.count());

  /** Throw one away; what is being sent is stopped first. Returns false if it had gone already. */
  async function drop(id) {
    stop(id);
    const now = await session();
    const done = await alone(id, async () => {
      const row = await read("waiting", id);
      if (!row) return false;
      if ((now && isMine(now) && row.owner === now.owner) || nobodys.has(id)) await removeBoth(id);
      return true;
    });
    tell({ kind: "changed" });
    return done;
  }

  // --- sending ------------------------------------------------------------------------------

  async function refuse(now, row, problems) {
    const words = await unlockWords(now.key, row.words);
    const locked = await lockWords(now.key, { ...words, problems });
    const latest = await read("waiting", row.id);
    if (latest?.content !== row.content) return; // thrown away or mended meanwhile
    await write("waiting", { ...latest, state: "refused", words: locked });
  }

  /** Send one. Returns {state, ...} as the server says, or why there is no answer. */
  async function sendOne(now, row, token, end) {
    const form = new FormData();
    const words = await unlockWords(now.key, row.words);
    for (const [name, value] of words.fields) form.append(name, value);
    for (const kept of (await read("files", row.id)).kept) form.append("uploads", await unlockFile(now.key, kept));
    form.set("client_id", row.id);
    form.set("owner", row.owner);
    form.set("content", row.content);
    form.set("age", Math.max(0, Date.now() - row.made)); // the clock may be wrong: how long ago is not
    if (!row.tried) await write("waiting", { ...row, tried: true });
    const late = setTimeout(() => end.abort(), Math.min(LONGEST, SEND_WITHIN + row.bytes / SLOWEST_LINE));
    let answer;
    let said = {};
    try {
      answer = await fetch(SEND, {
        method: "POST",
        body: form,
        headers: { Accept: "application/json", "X-CSRFToken": token },
        redirect: "manual",
        signal: end.signal,
      });
      if (answer.headers.get("Content-Type")?.includes("json")) said = await answer.json();
    } catch {
      return { state: end.stopped ? "stopped" : "no-signal" };
    } finally {
      clearTimeout(late);
    }
    if (answer.type === "opaqueredirect" || answer.status === 401) return { state: "signed-out" };
    if (answer.status === 409) return { state: "other-user" };
    if (answer.status === 413) return { state: "refused", problems: [TOO_LARGE] };
    if (answer.ok && said.state === "sent") return said;
    if (answer.status === 422 && said.problems) return said;
    if (answer.status === 403) return { state: "token" };
    if (answer.status === 400) return { state: "refused", problems: [UNTAKEN] };
    return { state: "busy" }; // a page, not an answer: kept for the next try
  }

  /** Have a turn at one, which `stop` ends at any point of it, even between two tries. */
  async function sendKept(now, id, with_) {
    const end = new AbortController();
    going.set(id, end);
    try {
      return await sendNow(now, id, with_, end);
    } finally {
      going.delete(id);
    }
  }

  /** Send one that is kept, and forget it once the server has it. */
  async function sendNow(now, id, with_, end) {
    const row = await read("waiting", id);
    if (row?.state !== "waiting") return { state: "gone" };
    let answer;
    try {
      answer = with_.token && (await sendOne(now, row, with_.token, end));
      if (!answer || answer.state === "token") {
        const facts = await ask();
        if (typeof facts === "string") return { state: facts };
        if (facts.owner !== now.owner) return { state: "other-user" };
        with_.token = facts.csrf;
        answer = await sendOne(now, row, facts.csrf, end);
        if (answer.state === "token") answer = { state: "refused", problems: [UNTAKEN] };
      }
    } catch (error) {
      if (error.name !== "OperationError") throw error; // locked with another key, or damaged
      await write("waiting", { ...row, state: "unreadable" });
      answer = { state: "unreadable" };
    }
    if (answer.state === "sent") {
      const latest = await read("waiting", id);
      if (latest?.content === row.content) await removeBoth(id);
      tell({ kind: "gone", id, url: answer.url, ref: answer.ref });
    } else if (answer.state === "refused") await refuse(now, row, answer.problems);
    return answer;
  }

  const isLarge = (row) => row.bytes > LARGE;
  const byHaste = (one, other) => other.alert - one.alert || isLarge(one) - isLarge(other) || byAge(one, other);

  /**
   * Send what waits of the signed-in user, or `only` one; alerts first, what is large last.
   * Returns {state, sent: {id: answer}}: done, nothing, or what stands in the way: no-signal, busy,
   * signed-out, other-user, sending (from another page). With `retry`, what stays makes the browser
   * try again. A page that has just come from the server passes its `token`, which saves asking.
   */
  async function send({ retry = false, token = null, only = null } = {}) {
    const result = await sendAll(token, only);
    tell({ kind: "sent", state: result.state });
    if (retry && ["no-signal", "busy"].includes(result.state)) throw new Error(result.state);
    return result;
  }

  async function sendAll(token, only) {
    const now = await session();
    const sent = {};
    if (!now) return { state: "signed-out", sent };
    if (!isMine(now)) return { state: "other-user", sent };
    const rows = (await readAll("waiting"))
      .filter((row) => row.owner === now.owner && row.state === "waiting" && (!only || row.id === only))
      .sort(byHaste);
    if (!rows.length) return { state: "nothing", sent };
    let state = "done";
    const with_ = { token };
    for (const { id } of rows) {
      const answer = await alone(id, () => sendKept(now, id, with_), { wait: Boolean(only) });
      if (!answer) {
        state = "sending";
        continue;
      }
      sent[id] = answer;
      tell({ kind: "changed" });
      if (answer.state === "busy") state = "busy"; // of this one; the others may be taken
      if (["no-signal", "signed-out", "other-user"].includes(answer.state)) {
        state = answer.state;
        break;
      }
    }
    return { state, sent };
  }

  self.dtacOutbox = { any, ask, begin, claim, drop, forget, isGoing, keep, list, lost, open: open_, send, session };
})();
