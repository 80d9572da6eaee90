// The register on bad wifi. Every tap is kept on this phone until the server has it: it stays
// visibly unsaved, survives a reload and is sent again. Without this script each tap is a form.
"use strict";

(() => {
  const TIMEOUT = 10000;
  const FIRST_WAIT = 2000;
  const LONGEST_WAIT = 30000;

  const walkIn = document.getElementById("walk-in");
  if (!walkIn) return;
  const line = document.getElementById("unsent");
  const words = document.getElementById("unsent-line").dataset;
  const address = words.register;
  const key = `register ${address}`;
  let memory = [];
  let failed = false;
  let signedOut = false;
  let sending = false;
  let wait = FIRST_WAIT;
  let timer;

  // The list of unsaved taps. Two open pages share it, so it is read anew each time.
  function read() {
    try {
      return JSON.parse(localStorage.getItem(key)) || memory;
    } catch {
      return memory;
    }
  }

  function write(taps) {
    memory = taps;
    try {
      localStorage.setItem(key, JSON.stringify(taps));
    } catch {
      // A phone that keeps nothing still has them until the page is left.
    }
    show();
  }

  function uuid() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  function copy(id) {
    return document.getElementById(id).content.firstElementChild.cloneNode(true);
  }

  // What the page shows of the unsaved taps.
  function show() {
    const taps = read();
    for (const tap of taps) {
      if (tap.fields.outcome) showTap(tap);
      else showWalkIn(tap);
    }
    const everyone = document.getElementById("everyone");
    if (everyone) everyone.hidden = taps.length > 0;
    const room = document.getElementById("in-the-room");
    const marks = document.querySelectorAll("#names p.mark").length;
    room.firstElementChild.textContent = marks + Number(room.dataset.withoutNames);
    showLine(taps.length);
  }

  function showLine(count) {
    line.hidden = !(count && failed);
    if (line.hidden) return;
    const said = (signedOut ? words.signedOut : words.trying).replace("{n}", count);
    if (line.textContent === said) return;
    line.textContent = said;
    if (!signedOut) return;
    const link = document.createElement("a");
    link.href = address;
    link.textContent = said;
    line.replaceChildren(link);
  }

  function showTap(tap) {
    const row = document.querySelector(`#names [data-tap="${tap.url}"]`);
    if (!row || row.dataset.unsent === tap.id) return;
    row.dataset.unsent = tap.id;
    const came = tap.fields.outcome === "came";
    const left = row.firstElementChild;
    const name = left.querySelector("h3").textContent;
    left.querySelector("button")?.remove();
    row.lastElementChild.replaceWith(copy(came ? "unsent-came" : "unsent-not-recorded"));
    if (came) left.append(copy("unsent-undo"));
    const button = row.querySelector("button");
    button.formAction = tap.url;
    const heard = document.createElement("span");
    heard.className = "sr";
    heard.textContent = `: ${name}`;
    button.append(heard);
  }

  function showWalkIn(tap) {
    const list = document.getElementById("walked-in");
    if (list.querySelector(`[data-unsent="${tap.id}"]`)) return;
    const row = copy("unsent-walk-in");
    row.dataset.unsent = tap.id;
    row.querySelector("h3").textContent = tap.fields.name;
    row.querySelector("p").textContent = tap.fields.said;
    list.querySelector("ul").append(row);
    list.hidden = false;
  }

  // A page the server sent takes the place of the names; what is being typed stays.
  function swap(page) {
    const focused = document.activeElement?.closest("[data-tap]")?.dataset.tap;
    for (const id of ["names", "in-the-room"]) {
      document.getElementById(id).replaceWith(page.getElementById(id));
    }
    document.querySelector(".notes")?.remove();
    const notes = page.querySelector(".notes");
    if (notes) {
      document.getElementById("main").prepend(notes);
      notes.scrollIntoView({ block: "center" });
    }
    if (focused) {
      const button = document.querySelector(`#names [data-tap="${focused}"] button`);
      button?.focus({ preventScroll: true });
    }
  }

  async function ask(url, options) {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), TIMEOUT);
    try {
      const answer = await fetch(url, { ...options, signal: stop.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      return { status: answer.status, page, ours: Boolean(page.getElementById("names")) };
    } finally {
      clearTimeout(late);
    }
  }

  // True when the server has said what became of the tap: saved (200), or refused in a sentence.
  async function post(tap) {
    const token = document.querySelector("#names [name=csrfmiddlewaretoken]").value;
    const body = new URLSearchParams({ ...tap.fields, csrfmiddlewaretoken: token });
    const { status, page, ours } = await ask(tap.url, { method: "POST", body });
    signedOut = status === 200 && !ours;
    if (status === 403) await refresh();
    if (!ours || ![200, 409, 422].includes(status)) return false;
    swap(page);
    write(read().filter((other) => other.id !== tap.id));
    return true;
  }

  // Also brings the taps of the other phones, and a new token after signing in again.
  async function refresh() {
    const { status, page, ours } = await ask(address, {});
    if (status === 200 && ours) {
      swap(page);
      show();
    }
  }

  async function send() {
    if (sending) return;
    sending = true;
    clearTimeout(timer);
    let trouble = false;
    try {
      for (const tap of read()) {
        if (!(await post(tap))) trouble = true;
      }
    } catch {
      trouble = true;
    }
    sending = false;
    failed = trouble;
    if (trouble) {
      timer = setTimeout(send, wait);
      wait = Math.min(2 * wait, LONGEST_WAIT);
    } else {
      wait = FIRST_WAIT;
      if (read().length) send();
    }
    show();
  }

  function sendNow() {
    wait = FIRST_WAIT;
    send();
  }

  function keepTap(button) {
    const url = new URL(button.formAction).pathname;
    const others = read().filter((tap) => tap.url !== url);
    write([...others, { id: uuid(), url, fields: { outcome: button.value } }]);
  }

  function keepWalkIn() {
    const [name, said, press] = ["name", "said", "request_key"].map((n) =>
      walkIn.elements.namedItem(n),
    );
    const fields = { name: name.value.trim(), said: said.value, request_key: press.value };
    write([...read(), { id: uuid(), url: new URL(walkIn.action).pathname, fields }]);
    name.value = said.value = "";
    press.value = uuid();
    name.focus();
  }

  document.addEventListener("submit", (event) => {
    const isTap = event.submitter?.name === "outcome";
    const isWalkIn =
      event.target === walkIn && walkIn.elements.namedItem("name").value.trim() !== "";
    if (!isTap && !isWalkIn) return;
    event.preventDefault();
    if (isTap) keepTap(event.submitter);
    else keepWalkIn();
    send();
  });
  addEventListener("online", sendNow);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    if (read().length) sendNow();
    else refresh().catch(() => {});
  });

  show();
  send();
})();
