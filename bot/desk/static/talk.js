// The page of one conversation: its panes, the draft that survives, the keys, and where the messages are scrolled to.
"use strict";

(() => {
  const talk = document.getElementById("talk");
  const field = document.getElementById("words");
  const storage = { get: (key) => { try { return sessionStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { if (value) sessionStorage.setItem(key, value); else sessionStorage.removeItem(key); } catch { /* keeps nothing */ } } };

  // --- Panes: on a phone one at a time, else one beside the chat

  const wide = window.matchMedia("(min-width: 900px)");
  const buttons = [...talk.querySelectorAll(".panes button")];
  talk.querySelector(".panes").hidden = false;
  function show(name) {
    if (wide.matches && name === "chat") name = "facts";
    talk.dataset.show = name;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.pane === name));
    for (const pane of talk.querySelectorAll(".pane")) pane.classList.toggle("on", pane.id === "pane-" + name);
    if (name === "form") document.getElementById("form").dispatchEvent(new CustomEvent("desk:form"));
    storage.set("desk-pane", name);
    if (name === "chat") down();
  }
  for (const button of buttons) button.addEventListener("click", () => show(button.dataset.pane));
  document.addEventListener("click", (event) => { // something hidden in a message: where it can be asked for
    if (!event.target.closest("a.masked")) return;
    event.preventDefault();
    show("facts");
    document.getElementById("identity").open = true;
    const reason = document.getElementById("reveal-reason") || document.querySelector("#identity summary");
    reason.scrollIntoView({ block: "center" });
    reason.focus();
  });
  wide.addEventListener("change", () => show(wide.matches ? "facts" : "chat"));

  // --- The messages: at the newest, unless she has scrolled up

  const log = () => document.getElementById("log");
  let near = true, top = 0;
  function down() { const box = log(); if (box) box.scrollTop = box.scrollHeight; }
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "thread" || !log()) return;
    const box = log();
    near = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
    top = box.scrollTop;
  });
  // It left her list: passed on, or taken back. Asking for its messages then leads away from here.
  const listed = () => Boolean(document.querySelector("#own [aria-current]"));
  let mine = listed();
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "own") return;
    if (mine && !listed()) document.body.dispatchEvent(new CustomEvent("desk:look"));
    mine = listed();
    here();
  });
  // On a phone her conversations are a strip: the one that is open is in it, where it can be seen.
  function here() {
    const strip = document.querySelector("#own .ownlist"), current = document.querySelector("#own [aria-current]");
    if (strip && current) strip.scrollLeft = current.offsetLeft - (strip.clientWidth - current.offsetWidth) / 2;
  }
  here();
  let state = document.querySelector("[data-state]").dataset.state;
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "thread") return;
    if (near) down(); else log().scrollTop = top;
    const now = document.querySelector("[data-state]").dataset.state;
    if (now !== state) changed(now);
  });
  // What she may do has changed: the whole page again, unless she is in the middle of something.
  function changed(now) {
    const owner = (text) => text.split(":")[2];
    const busy = [...document.querySelectorAll("#acts textarea, #acts input:not([type=hidden]):not([type=checkbox])")].some((one) => one.value);
    if (owner(now) !== owner(state)) { location.reload(); return; }
    state = now;
    if (!busy) document.getElementById("acts").dispatchEvent(new CustomEvent("desk:acts"));
  }
  document.addEventListener("htmx:configRequest", (event) => {
    if (document.visibilityState === "visible") event.detail.headers["X-Desk-Seen"] = "1";
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr, elt } = event.detail;
    if (xhr.status === 404) location.replace(talk.dataset.gone); // it is no longer hers
    else if (elt.id === "composer") failed();
  });
  document.addEventListener("htmx:sendError", (event) => { if (event.detail.elt.id === "composer") failed(); });

  // --- Her answer: the draft, the keys, one press one message

  const form = document.getElementById("composer");
  const unsent = document.getElementById("unsent");
  const fresh = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  function failed() { unsent.hidden = false; form.querySelector("button").disabled = false; }
  function grow() { field.style.height = "auto"; field.style.height = Math.min(field.scrollHeight + 2, innerHeight * 0.38) + "px"; }
  if (form) {
    const key = "desk-draft-" + talk.dataset.me + "-" + field.dataset.draft;
    const once = form.querySelector("[data-once]");
    let sent = "";
    once.value = fresh();
    field.value = storage.get(key) || "";
    grow();
    field.addEventListener("input", () => { storage.set(key, field.value); grow(); });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return; // a Bangla keyboard is still putting letters together
      const touch = matchMedia("(pointer: coarse)").matches;
      if (event.ctrlKey || event.metaKey || !(event.shiftKey || touch)) { event.preventDefault(); form.requestSubmit(); }
    });
    form.addEventListener("htmx:beforeRequest", (event) => {
      if (event.target !== form) return;
      unsent.hidden = true;
      sent = field.value;
      form.querySelector("button").disabled = true;
    });
    form.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.elt !== form) return;
      form.querySelector("button").disabled = false;
      if (!event.detail.successful) return;
      field.value = field.value.startsWith(sent) ? field.value.slice(sent.length).trimStart() : field.value; // she may have typed on
      storage.set(key, field.value);
      once.value = fresh();
      near = true;
      grow();
      down();
      field.focus();
    });
    document.addEventListener("click", (event) => {
      const insert = event.target.closest("[data-insert]");
      if (!insert) return;
      field.value = (field.value.trim() ? field.value.trimEnd() + "\n" : "") + insert.dataset.insert;
      storage.set(key, field.value);
      if (!wide.matches) show("chat");
      grow();
      field.focus();
    });
  }

  show(wide.matches ? (storage.get("desk-pane") || "facts") : "chat");
  down();
})();
