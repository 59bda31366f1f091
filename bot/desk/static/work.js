// Every page of the people who do casework: the alarm, its switch, and times that run down.
"use strict";

(() => {
  document.documentElement.classList.add("js");

  // --- The switch for sound; kept in this browser

  const silent = () => { try { return localStorage.getItem("desk-silent") === "1"; } catch { return false; } };
  function keep(on) { try { localStorage.setItem("desk-silent", on ? "0" : "1"); } catch { /* a browser that keeps nothing */ } }
  for (const button of document.querySelectorAll("[data-sound]")) {
    const show = () => button.setAttribute("aria-pressed", String(!silent()));
    button.hidden = false;
    show();
    button.addEventListener("click", () => { keep(silent()); show(); });
  }

  // --- The alarm: more critical cases wait than before, or something is offered to her. One tab sounds for all.

  let before = null;
  function listen() {
    const now = document.querySelector(".alarm");
    if (!now) return;
    const counts = { critical: Number(now.dataset.critical), offers: Number(now.dataset.offers) };
    const text = before === null ? (counts.critical ? now.dataset.alarm : "")
      : counts.critical > before.critical ? now.dataset.alarm
      : counts.offers > before.offers ? now.dataset.offered : "";
    before = counts;
    if (text && window.desk) ring(text);
  }
  function ring(text) {
    const sound = (alone) => window.desk.alarm(text, { silent: silent() || !alone });
    if (!navigator.locks) { sound(true); return; }
    navigator.locks.request("desk-alarm", { ifAvailable: true }, async (lock) => {
      sound(Boolean(lock));
      if (lock) await new Promise((done) => setTimeout(done, 3000));
    });
  }

  // --- Seconds that run down

  const digits = (number, ten) => String(number).replace(/[0-9]/g, (digit) => [...ten][Number(digit)]);
  setInterval(() => {
    for (const left of document.querySelectorAll("[data-left]")) {
      const next = Math.max(0, Number(left.dataset.left) - 1);
      left.dataset.left = next;
      left.textContent = digits(next, left.dataset.digits);
      const bar = left.parentElement.querySelector("progress");
      if (bar) bar.value = next;
    }
  }, 1000);

  document.addEventListener("visibilitychange", () => { // a phone that slept has missed what was told meanwhile
    if (document.visibilityState === "visible") document.body.dispatchEvent(new CustomEvent("desk:look"));
  });
  document.addEventListener("htmx:afterSwap", listen);
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful } = event.detail;
    if (successful && elt.hasAttribute("data-reload")) location.reload();
  });
  listen();
})();
