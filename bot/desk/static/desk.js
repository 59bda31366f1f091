// The frame of every page of the desk: live events for all tabs, the end of a session, and small things forms need.
"use strict";

(() => {
  const body = document.body;
  const csrf = document.querySelector('meta[name="csrf"]').content;
  const signedIn = Boolean(body.dataset.live);
  const channel = "BroadcastChannel" in window && signedIn ? new BroadcastChannel("desk-" + body.dataset.session) : null;

  // --- Forms

  for (const field of document.querySelectorAll("[data-here]")) field.value = location.pathname;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = form.dataset.confirm;
    if (question && !window.confirm(question)) { event.preventDefault(); return; }
    if (form.method === "post" && !form.hasAttribute("hx-post")) {
      if (form.dataset.sent) { event.preventDefault(); return; } // pressed twice
      form.dataset.sent = "1";
    }
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const lines = [...document.getElementById(button.dataset.copy).querySelectorAll("code")].map((code) => code.textContent);
      await navigator.clipboard.writeText(lines.join("\n"));
      button.textContent = button.dataset.copied;
    });
  }
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // --- htmx: our token with every change; what the page asks by itself does not keep a session alive

  document.addEventListener("htmx:configRequest", (event) => {
    const { headers, triggeringEvent, verb } = event.detail;
    if (verb !== "get") headers["X-CSRF"] = csrf;
    if (!triggeringEvent || !triggeringEvent.isTrusted) headers["X-Desk-Background"] = "1";
  });

  if (!signedIn) return;

  // --- Live: one connection for all tabs (browsers allow six to one address), handed on when its tab closes

  const banner = document.getElementById("connection");
  const show = (lost) => { banner.hidden = !lost; };

  // Pages listen on the body: "desk:change" for anything, "desk:KIND", and "desk:case-ID".
  function tell(name, detail) { body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true })); }
  function heard(message) {
    if (message.type === "happening") {
      const { kind, case: id } = message.detail;
      tell("desk:change", message.detail);
      tell("desk:" + kind, message.detail);
      if (id) tell("desk:case-" + id, message.detail);
    } else if (message.type === "resync") {
      tell("desk:change", { kind: "resync", case: null });
      tell("desk:resync", {});
    } else if (message.type === "lost") show(true);
    else if (message.type === "back") show(false);
    else if (message.type === "ended") leave();
    else if (message.type === "activity") { lastActive = Date.now(); closeDialog(); }
  }
  function spread(message) { heard(message); if (channel) channel.postMessage(message); }
  if (channel) channel.addEventListener("message", (event) => heard(event.data));

  let leaving = false;
  function leave() {
    if (leaving) return;
    leaving = true;
    location.replace(body.dataset.signin + "?next=" + encodeURIComponent(location.pathname));
  }

  function connect() {
    return new Promise(() => { // never ends: the tab holds the lock as long as it lives
      let source, last = "", timer, beat;
      const alive = () => { clearTimeout(beat); beat = setTimeout(again, 20000); }; // the server speaks every 5 s
      function again() {
        clearTimeout(timer);
        if (source) source.close();
        spread({ type: "lost" });
        timer = setTimeout(open, 2000 + Math.random() * 1000);
      }
      function open() {
        source = new EventSource(body.dataset.live + (last ? "?after=" + last : ""));
        source.addEventListener("ready", (event) => {
          alive();
          if (!last) last = event.lastEventId;
          spread({ type: "back" });
        });
        source.addEventListener("here", alive);
        source.addEventListener("resync", () => spread({ type: "resync" }));
        source.addEventListener("ended", () => { source.close(); clearTimeout(beat); spread({ type: "ended" }); });
        source.addEventListener("message", (event) => {
          alive();
          if (event.lastEventId) last = event.lastEventId;
          spread({ type: "happening", detail: JSON.parse(event.data) });
        });
        source.addEventListener("error", async () => {
          source.close();
          clearTimeout(beat);
          spread({ type: "lost" });
          try { // the session may have ended while we were away: then the sign-in is what she needs
            const answer = await fetch(body.dataset.live, { method: "HEAD", cache: "no-store" });
            if (answer.status === 401) { spread({ type: "ended" }); return; }
          } catch { /* still offline */ }
          clearTimeout(timer);
          timer = setTimeout(open, 2000 + Math.random() * 1000);
        });
      }
      window.addEventListener("offline", () => spread({ type: "lost" }));
      window.addEventListener("online", () => { if (source) source.close(); clearTimeout(timer); open(); });
      open();
    });
  }
  if (navigator.locks && channel) navigator.locks.request("desk-live-" + body.dataset.session, connect);
  else connect();

  // --- The session ends after ten quiet minutes; a minute before, it is asked for

  const QUIET = 10 * 60e3, WARN = 60e3, TELL = 60e3;
  const dialog = document.getElementById("idle");
  let lastActive = Date.now(), lastTold = Date.now();
  function closeDialog() { if (dialog.open) dialog.close(); }
  async function active(event) {
    if (dialog.open && !(event && event.type === "stay")) return; // only the button counts then
    lastActive = Date.now();
    closeDialog();
    if (lastActive - lastTold >= TELL || (event && event.type === "stay")) await tellActive();
  }
  function post(address, fields) {
    const headers = { "X-CSRF": csrf, "Content-Type": "application/x-www-form-urlencoded" };
    return fetch(address, { method: "POST", redirect: "manual", headers, body: fields });
  }
  async function tellActive() {
    lastTold = Date.now();
    if (channel) channel.postMessage({ type: "activity" });
    try {
      const answer = await post(body.dataset.active, "");
      if (answer.status === 401) leave();
    } catch { /* the connection banner says it */ }
  }
  async function end() { // the server would end it a little later: here nobody is to find it open
    try { await post(body.dataset.signout, "idle=1"); } catch { /* then the server's own clock ends it */ }
    spread({ type: "ended" });
  }
  for (const kind of ["keydown", "pointerdown", "touchstart", "wheel"]) document.addEventListener(kind, active, { passive: true });
  dialog.querySelector("[data-stay]").addEventListener("click", () => active({ type: "stay" }));
  dialog.addEventListener("cancel", () => active({ type: "stay" }));
  setInterval(() => {
    const quiet = Date.now() - lastActive;
    if (lastActive > lastTold && Date.now() - lastTold >= TELL) tellActive(); // what came after the last telling
    if (quiet >= QUIET) end();
    else if (quiet > QUIET - WARN && !dialog.open) dialog.showModal();
  }, 5000);

  // --- Alarm: a short tone and the tab's title, until she looks. window.desk.alarm("critical") from other scripts.

  const title = document.title;
  let blinking;
  function alarm(text, { silent = false } = {}) {
    if (!silent && (!navigator.userActivation || navigator.userActivation.hasBeenActive)) try { // else the browser would refuse
      const audio = new AudioContext(), gain = audio.createGain();
      gain.gain.value = 0.15;
      gain.connect(audio.destination);
      [0, 0.25, 0.5].forEach((at, index) => {
        const tone = audio.createOscillator();
        tone.frequency.value = index % 2 ? 660 : 880;
        tone.connect(gain);
        tone.start(audio.currentTime + at);
        tone.stop(audio.currentTime + at + 0.18);
      });
      setTimeout(() => audio.close(), 1500);
    } catch { /* a browser that plays nothing before a first press */ }
    clearInterval(blinking);
    let on = false;
    blinking = setInterval(() => { on = !on; document.title = on ? "● " + text : title; }, 1000);
    const quiet = () => { clearInterval(blinking); document.title = title; document.removeEventListener("visibilitychange", quiet); };
    if (document.hidden) document.addEventListener("visibilitychange", quiet);
    else setTimeout(quiet, 8000);
  }
  window.desk = { alarm, tell };
})();
