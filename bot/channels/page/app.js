// @ts-check
// The page of the web chat. Nothing is kept in the browser: what was not sent yet, what was seen, and the language live in memory only.

/** @typedef {{title: string, payload: string}} Choice */
/** @typedef {{id: number, direction: "in" | "out", text: string, buttons: Choice[], client_id: string | null, at: string, file?: string}} Entry */
/** @typedef {"sending" | "waiting" | "failed" | "refused" | "sent"} State */
/** @typedef {{uuid: string, text: string, body: object, picture?: Blob, state: State, tries: number, server: number, node: HTMLElement}} Mine */

const SEND_TIMEOUT = 20000;
const POLL = 3000;
const UNDER_WAY = -1; // in place of a timer
const READY_WITHIN = 10000; // a proxy that holds back the stream opens it and says nothing
const SILENT_AFTER = 40000; // the server speaks every 15 s; longer silence is a dead connection
const STREAM_AGAIN = 60000;
const SETTLING = 10000; // a message with a lower id may still become visible this long after a higher one

const root = document.documentElement;
const body = document.body;
const words = /** @type {Record<string, Record<string, string>>} */ (JSON.parse(body.dataset.words || "{}"));
const hotlines = /** @type {string[]} */ (JSON.parse(body.dataset.hotlines || "[]"));
const maxText = Number(body.dataset.max);
const exitUrl = body.dataset.exit || "about:blank";
const ref = new URLSearchParams(location.search).get("ref");

const log = find("log");
const talk = find("talk");
const welcome = find("welcome");
const typing = find("typing");
const note = find("note");
const long = find("long");
const newer = find("newer");
const field = /** @type {HTMLTextAreaElement} */ (find("text"));
const sendButton = /** @type {HTMLButtonElement} */ (find("send"));
const startButton = /** @type {HTMLButtonElement} */ (find("start"));

let gone = false; // she left: nothing may be shown or sent any more
let session = body.dataset.session === "yes";

/** @param {string} id */
function find(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {string} tag @param {string} [className] @param {string} [text] */
function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

// ---- Words ---------------------------------------------------------------------------------------------------------

/** @param {string} key */
function word(key) {
  return (words[root.lang] || words.bn)[key].replace("{max}", String(maxText));
}

/** Fills every text of the page in the language of the page. @param {ParentNode} within */
function speak(within) {
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (within.querySelectorAll("[data-word]"))) {
    node.textContent = word(node.dataset.word || "");
    if ("phones" in node.dataset) linkPhones(node);
  }
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (within.querySelectorAll("[data-label]"))) {
    node.setAttribute("aria-label", word(node.dataset.label || ""));
    if (node.title) node.title = word(node.dataset.label || "");
  }
  field.placeholder = word("placeholder");
}

function switchLanguage() {
  root.lang = root.lang === "en" ? "bn" : "en";
  find("language").lang = root.lang === "en" ? "bn" : "en";
  document.title = word("title");
  history.replaceState(null, "", root.lang === "en" ? "/chat?lang=en" : "/chat");
  speak(document);
}

/** Tells a screen reader which voice to use. @param {string} text */
function languageOf(text) {
  return /[\u0980-\u09ff]/.test(text) ? "bn" : "en";
}

// ---- Phone numbers -------------------------------------------------------------------------------------------------

const known = hotlines.slice().sort((a, b) => b.length - a.length).map((number) => number.replace(/[^\d -]/g, "\\$&"));
const phones = new RegExp("\\+\\d[\\d -]{6,18}\\d" + known.map((number) => "|" + number).join(""), "g");

/** Makes phone numbers in a text pressable, and nothing else. @param {HTMLElement} node */
function linkPhones(node) {
  const text = node.textContent || "";
  node.textContent = "";
  let from = 0;
  for (const match of text.matchAll(phones)) {
    const at = match.index || 0;
    if (!standsAlone(text, at, at + match[0].length)) continue;
    node.append(text.slice(from, at), phoneLink(match[0]));
    from = at + match[0].length;
  }
  node.append(text.slice(from));
}

/** Not a piece of a longer number, sum or word: 4,999 and a999 are no phone. @param {string} text @param {number} start @param {number} end */
function standsAlone(text, start, end) {
  return !/[\w\u09e6-\u09ef+]$|[\d\u09e6-\u09ef][.,/-]$/.test(text.slice(0, start)) && !/^[\w\u09e6-\u09ef]|^[.,/-][\d\u09e6-\u09ef]/.test(text.slice(end));
}

/** @param {string} number */
function phoneLink(number) {
  const link = /** @type {HTMLAnchorElement} */ (make("a", "", number));
  link.href = "tel:" + number.replace(/[^\d+]/g, "");
  return link;
}

// ---- The conversation ----------------------------------------------------------------------------------------------

/** @type {Map<number, number>} */
const seen = new Map(); // id of an entry → when it came
/** @type {Mine[]} */
const mine = [];
let cursor = Number(body.dataset.cursor);
let heard = 0; // when the last entry came
/** @type {number | undefined} */
let typingTimer;

/** Where to read on: ten seconds behind, because what was shown is known by its id. */
function settled() {
  const before = Date.now() - SETTLING;
  seen.forEach((at, id) => {
    if (at < before && id > cursor) cursor = id;
  });
  return cursor;
}

/** @param {Entry} entry */
function take(entry) {
  if (gone || seen.has(entry.id)) return;
  seen.set(entry.id, Date.now());
  heard = Date.now();
  if (entry.direction === "out") showReply(entry);
  else recognise(entry);
}

/** A message of hers comes back from the server: one sent here, or one of another tab or an earlier load. @param {Entry} entry */
function recognise(entry) {
  const own =
    mine.find((item) => item.uuid === entry.client_id || item.server === entry.id) ||
    (entry.client_id ? undefined : mine.find((item) => !item.server && item.state !== "refused" && item.text === entry.text));
  if (own) own.server = entry.id;
  else if (entry.text) mine.push(showMine({ uuid: "", text: entry.text, body: {}, state: "sent", tries: 0, server: entry.id }));
}

/** @param {Entry} entry */
function showReply(entry) {
  const follow = following();
  const node = bubble("theirs", entry.text);
  linkPhones(/** @type {HTMLElement} */ (node.querySelector(".text")));
  if (entry.file) node.append(fileLink(entry.file));
  if (entry.buttons.length) node.append(choices(entry.buttons));
  for (const old of talk.querySelectorAll(".latest")) old.classList.remove("latest");
  node.classList.add("latest");
  talk.append(node);
  showTyping(false);
  begun();
  if (follow) scrollOn();
  else moreBelow();
}

/** @param {Omit<Mine, "node">} item @returns {Mine} */
function showMine(item) {
  const node = bubble("mine", item.text);
  node.append(make("span", "state"));
  talk.append(node);
  begun();
  const shown = { ...item, node };
  setState(shown, item.state);
  scrollOn();
  return shown;
}

/** @param {"mine" | "theirs"} who @param {string} text */
function bubble(who, text) {
  const node = make("div", "message " + who);
  const name = make("span", "heard");
  name.dataset.word = who;
  name.textContent = word(who);
  const content = make("p", "text", text);
  content.lang = languageOf(text);
  node.append(name, content);
  return node;
}

/** @param {string} address */
function fileLink(address) {
  const link = /** @type {HTMLAnchorElement} */ (make("a", "file", word("download")));
  link.dataset.word = "download";
  link.href = address;
  link.setAttribute("download", "");
  return link;
}

/** @param {Choice[]} buttons */
function choices(buttons) {
  const group = make("div", "choices");
  group.setAttribute("role", "group");
  group.dataset.label = "choices";
  group.setAttribute("aria-label", word("choices"));
  for (const { title, payload } of buttons) {
    const button = /** @type {HTMLButtonElement} */ (make("button", "choice", title));
    button.type = "button";
    button.lang = languageOf(title);
    button.addEventListener("click", () => enqueue(title, { payload, title }));
    group.append(button);
  }
  return group;
}

/** @param {Mine} item @param {State} state */
function setState(item, state) {
  item.state = state;
  const old = /** @type {HTMLElement} */ (item.node.querySelector(".state"));
  const shown = make(state === "failed" ? "button" : "span", "state " + state, word(state));
  shown.dataset.word = state;
  if (state === "failed") {
    shown.setAttribute("type", "button");
    shown.addEventListener("click", retry);
  }
  const focused = document.activeElement === old;
  old.replaceWith(shown);
  if (focused) log.focus({ preventScroll: true }); // the button she pressed is gone; the field would open the phone's keyboard
}

/** Once there is a conversation, the first screen makes room for it. */
function begun() {
  startButton.hidden = true;
  welcome.classList.add("small");
}

/** @param {boolean} on */
function showTyping(on) {
  const follow = following();
  clearTimeout(typingTimer);
  typing.hidden = !on;
  if (on) typingTimer = setTimeout(() => showTyping(false), 8000);
  if (on && follow) scrollOn();
}

// ---- Scrolling: what she wrote last stays in sight, so that the first of several replies is read first -----------------

function restingPlace() {
  const last = /** @type {HTMLElement | null} */ ([...talk.querySelectorAll(".mine")].pop() || null);
  const bottom = log.scrollHeight - log.clientHeight;
  return last ? Math.min(bottom, last.offsetTop - 12) : bottom;
}

/** Whether she reads at the end, and has not scrolled back. */
function following() {
  return !talk.childElementCount || log.scrollTop >= restingPlace() - 60;
}

function scrollOn() {
  if (touching) scrollWaits = true;
  else log.scrollTop = Math.max(log.scrollTop, restingPlace());
  moreBelow();
}

function moreBelow() {
  if (!touching) newer.hidden = log.scrollHeight - log.clientHeight - log.scrollTop < 60;
}

// While her finger is down nothing moves under it or comes between: the press would be lost.
let touching = false;
let scrollWaits = false;

function release() {
  touching = false;
  if (scrollWaits) scrollOn();
  else moreBelow();
  scrollWaits = false;
}

// ---- Sending: one at a time, in order, with the same id until the server has it ----------------------------------------

/** @type {Mine[]} */
const queue = [];
let sending = false;
/** @type {number | undefined} */
let sendTimer;
const aborter = new AbortController();

function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is missing on older phones
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** @param {string} text what is shown as her message @param {object} content */
function enqueue(text, content) {
  if (gone) return;
  const id = uuid();
  const item = showMine({ uuid: id, text, body: { id, ...content }, state: navigator.onLine ? "sending" : "waiting", tries: 0, server: 0 });
  mine.push(item);
  queue.push(item);
  flush();
}

/** A picture, made small before it goes: her data costs money. @param {File} file */
async function sendPicture(file) {
  if (gone) return;
  const id = uuid();
  const picture = await smaller(file).catch(() => file);
  const item = showMine({ uuid: id, text: "\u{1F4F7}", body: {}, picture, state: navigator.onLine ? "sending" : "waiting", tries: 0, server: 0 });
  mine.push(item);
  queue.push(item);
  flush();
}

/** @param {File} file @returns {Promise<Blob>} */
async function smaller(file) {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, 1600 / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error())), "image/jpeg", 0.8));
}

async function flush() {
  if (sending || gone) return;
  sending = true;
  clearTimeout(sendTimer);
  while (queue.length && !gone) {
    const item = queue[0];
    if (item.state !== "failed") setState(item, "sending");
    const result = await post(item);
    if (gone) return;
    if (result === "later") {
      pause(item);
      break;
    }
    queue.shift();
    setState(item, result);
    if (result === "sent") delivered(item);
  }
  sending = false;
}

/** @param {Mine} item @returns {Promise<"sent" | "refused" | "later">} */
async function post(item) {
  const response = item.picture
    ? await ask("/chat/pictures?id=" + item.uuid, { method: "POST", headers: { "Content-Type": "image/jpeg" }, body: item.picture }, 60000)
    : await ask("/chat/messages", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(item.body) });
  if (!response) return "later";
  if (response.status === 429) tell("busy");
  if (response.status === 503) tell("away");
  if (response.status === 429 || response.status >= 500) return "later";
  if (response.status !== 202) return "refused";
  const answer = await response.json().catch(() => ({}));
  if (answer.id) item.server = answer.id;
  return "sent";
}

/** The message stays queued and is tried again by itself; from the third time on she may press as well. @param {Mine} item */
function pause(item) {
  item.tries += 1;
  setState(item, item.tries >= 3 && navigator.onLine ? "failed" : "waiting");
  for (const other of queue.slice(1)) setState(other, "waiting");
  sendTimer = setTimeout(flush, Math.min(1000 * 2 ** item.tries, 15000));
}

function retry() {
  for (const item of queue) {
    item.tries = 0;
    setState(item, "waiting");
  }
  flush();
}

/** @param {Mine} item */
function delivered(item) {
  session = true;
  if (note.dataset.word === "busy" || note.dataset.word === "away") hush();
  connect();
  const at = Date.now();
  setTimeout(() => {
    if (heard < at) poll(); // the stream may have died unnoticed
  }, 8000);
}

/** A request that ends in an answer or in null. @param {string} url @param {RequestInit} [options] @param {number} [patience] */
async function ask(url, options, patience = SEND_TIMEOUT) {
  const within = new AbortController();
  const stop = () => within.abort();
  const timer = setTimeout(stop, patience);
  aborter.signal.addEventListener("abort", stop);
  try {
    return await fetch(url, { ...options, signal: within.signal, cache: "no-store", credentials: "same-origin" });
  } catch (_) {
    return null;
  } finally {
    clearTimeout(timer);
    aborter.signal.removeEventListener("abort", stop);
  }
}

// ---- Receiving: an event stream, and polling where it does not get through ---------------------------------------------

/** @type {EventSource | null} */
let source = null;
let ready = false;
let failures = 0;
/** @type {number | undefined} */
let connectTimer;
/** @type {number | undefined} */
let watchTimer;
/** @type {number | undefined} */
let pollTimer;
/** @type {number | undefined} */
let noteTimer;

function connect() {
  if (gone || source || !session) return;
  clearTimeout(connectTimer);
  if (!window.EventSource) return startPolling();
  source = new EventSource("/chat/events?after=" + settled());
  ready = false;
  watch(READY_WITHIN);
  source.addEventListener("ready", opened);
  source.addEventListener("beat", () => watch(SILENT_AFTER));
  source.addEventListener("typing", () => showTyping(true));
  source.addEventListener("crowded", () => lost(3));
  source.addEventListener("leave", leaveEverywhere); // she hid it
  source.addEventListener("message", (event) => {
    watch(SILENT_AFTER);
    take(JSON.parse(event.data));
  });
  source.addEventListener("error", () => lost(1));
}

/** @param {number} within */
function watch(within) {
  clearTimeout(watchTimer);
  watchTimer = setTimeout(() => lost(1), within);
}

function opened() {
  ready = true;
  failures = 0;
  watch(SILENT_AFTER);
  stopPolling();
  online();
}

function disconnect() {
  clearTimeout(watchTimer);
  clearTimeout(connectTimer);
  if (source) source.close();
  source = null;
}

/** The stream broke. After three times in a row the page polls, and tries the stream again later. @param {number} weight */
function lost(weight) {
  if (gone) return;
  disconnect();
  failures += weight;
  if (weight < 3) trouble();
  if (failures >= 3) startPolling();
  connectTimer = setTimeout(connect, failures >= 3 ? STREAM_AGAIN : 2000 * failures);
}

function startPolling() {
  if (pollTimer === undefined) poll();
}

function stopPolling() {
  clearTimeout(pollTimer);
  pollTimer = undefined;
}

/** Asks once; and again and again while the stream does not get through. */
async function poll() {
  if (gone || pollTimer === UNDER_WAY) return;
  stopPolling();
  if (!session) return;
  pollTimer = UNDER_WAY;
  const response = await ask("/chat/messages?after=" + settled());
  const answer = response && response.ok ? await response.json().catch(() => null) : null;
  if (gone) return;
  if (answer && answer.leave) return leaveEverywhere();
  if (answer) {
    answer.entries.forEach(take);
    if (answer.more) cursor = answer.entries[answer.entries.length - 1].id;
    online();
  } else if (response && response.status === 401) endSession();
  else trouble();
  pollTimer = source && ready ? undefined : setTimeout(poll, answer && answer.more ? 0 : POLL);
}

/** Left in another tab, or forgotten: there is nothing to ask for until she writes again. */
function endSession() {
  session = false;
  disconnect();
  hush();
}

function online() {
  clearTimeout(noteTimer);
  noteTimer = undefined;
  if (note.dataset.word === "lost" || note.dataset.word === "offline") {
    tell("back");
    noteTimer = setTimeout(hush, 3000);
  }
  if (queue.length) flush();
}

/** Said only when it lasts: a stream that is renewed is no trouble. */
function trouble() {
  if (!navigator.onLine) return tell("offline");
  if (note.dataset.word === "away") return; // it has the numbers
  if (noteTimer === undefined) noteTimer = setTimeout(() => tell("lost"), 2500);
}

/** @param {string} key */
function tell(key) {
  if (note.dataset.word === key && !note.hidden) return;
  note.dataset.word = key;
  note.dataset.phones = "";
  note.textContent = word(key);
  linkPhones(note);
  note.hidden = false;
}

function hush() {
  clearTimeout(noteTimer);
  note.hidden = true;
  note.textContent = "";
  delete note.dataset.word;
  noteTimer = undefined;
}

/** The phone says that it is connected again, or she looks at the page again. */
function resume() {
  if (gone || !navigator.onLine) return;
  failures = 0;
  if (!session && note.dataset.word === "offline") online();
  if (!source || !ready) {
    disconnect();
    connect();
  }
  flush();
}

// ---- Leaving at once ---------------------------------------------------------------------------------------------------

const others = "BroadcastChannel" in window ? new BroadcastChannel("chat") : null;
let escaped = -Infinity;

/** The order is the point: first nothing is to be seen, then the session ends, then another page takes the place of this one. */
function leave() {
  if (!gone) {
    blank();
    aborter.abort(); // the answer to a first message must not set its cookie after the session has ended
    if (!navigator.sendBeacon || !navigator.sendBeacon("/chat/leave")) fetch("/chat/leave", { method: "POST", keepalive: true }).catch(() => {});
  }
  location.replace(exitUrl);
}

function blank() {
  gone = true;
  document.title = word("exit_title");
  root.hidden = true;
  body.textContent = "";
  disconnect();
  stopPolling();
  clearTimeout(sendTimer);
  for (const name of Object.keys(body.dataset)) delete body.dataset[name];
  queue.length = mine.length = 0;
}

/** Other tabs of the chat go too. */
function leaveEverywhere() {
  const first = !gone;
  leave();
  if (first && others) others.postMessage("leave");
}

/** @param {KeyboardEvent} event */
function escape(event) {
  if (event.key !== "Escape" || event.repeat) return;
  if (event.timeStamp - escaped < 1000) leaveEverywhere();
  escaped = event.timeStamp;
}

// ---- Writing -----------------------------------------------------------------------------------------------------------

const keyboard = matchMedia("(hover: hover) and (pointer: fine)"); // with one, Enter sends; on a phone it makes a new line

function submit() {
  const text = field.value;
  if (!text.trim()) return;
  field.value = "";
  grow();
  enqueue(text, { text });
  field.focus();
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !keyboard.matches) return;
  event.preventDefault();
  submit();
}

function grow() {
  field.style.height = "auto";
  field.style.height = field.scrollHeight + 2 + "px";
  const tooLong = field.value.length > maxText;
  if (tooLong === long.hidden) {
    long.hidden = !tooLong;
    long.textContent = tooLong ? word("too_long") : "";
  }
}

function start() {
  const link = ref && /^[\w-]{1,64}$/.test(ref) ? ref : root.lang === "en" ? "language-en" : null;
  enqueue(word("start"), link ? { start: true, ref: link } : { start: true });
  log.focus({ preventScroll: true });
}

// ---- At the start ------------------------------------------------------------------------------------------------------

find("exit").addEventListener("click", (event) => {
  event.preventDefault();
  leaveEverywhere();
});
find("exit").addEventListener("keydown", (event) => {
  if (event.key === " ") leaveEverywhere();
});
if (others) others.addEventListener("message", leave);
addEventListener("keydown", escape);
addEventListener("pageshow", () => {
  if (gone) leave(); // brought back from the browser's memory: still blank, and on again
});
addEventListener("online", resume);
addEventListener("offline", () => {
  disconnect();
  stopPolling();
  tell("offline");
  connectTimer = setTimeout(connect, 15000); // not every phone tells when it is online again
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) resume();
});
find("language").addEventListener("click", switchLanguage);
const pictureFile = /** @type {HTMLInputElement} */ (find("picture-file"));
pictureFile.addEventListener("change", () => {
  if (pictureFile.files && pictureFile.files[0]) sendPicture(pictureFile.files[0]);
  pictureFile.value = "";
});

find("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
field.addEventListener("keydown", pressed);
field.addEventListener("input", grow);
startButton.addEventListener("click", start);
log.addEventListener("scroll", moreBelow, { passive: true });
addEventListener("pointerdown", () => (touching = true), { passive: true });
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(release), { passive: true }); // after the press counts
newer.addEventListener("click", () => {
  log.scrollTop = log.scrollHeight;
  log.focus({ preventScroll: true });
});
addEventListener("resize", () => {
  grow();
  moreBelow();
});

if (ref) history.replaceState(null, "", root.lang === "en" ? "/chat?lang=en" : "/chat");
speak(document);
find("fallback").remove();
sendButton.disabled = startButton.disabled = false;
if (!navigator.onLine) tell("offline");
if (!navigator.cookieEnabled) tell("noscript"); // without a session no answer finds her
connect();
