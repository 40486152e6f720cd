import { effect } from "@preact/signals";
import { render } from "preact";
import { createChatState, type EntryActions, type EntryCheck } from "./chat/chat-state.js";
import { Conversation } from "./chat/conversation.js";
import { createDrafts } from "./chat/drafts.js";
import { chooseLanguage, directionOf, language, speak } from "./i18n/language.js";
import { createApi } from "./net/api.js";
import { browserStorage } from "./net/browser-storage.js";
import { untilFetched } from "./net/fetch-code.js";
import { isPanel, isPreview } from "./net/frame.js";
import { createServerClock } from "./net/server-clock.js";
import { linkFingerprint, tokenFromLocation } from "./net/token.js";
import { hostPort } from "./panel/handshake.js";
import type { PanelGate } from "./panel/panel.js";
import { loadFormatter } from "./text/formatter.js";
import { App } from "./view/app.js";
import { applyAccent } from "./view/apply-accent.js";

const SHOW_LOADING_AFTER_MS = 200;

const clock = createServerClock();
const state = createChatState(clock);
const token = tokenFromLocation(location);
const drafts = createDrafts(
  { browser: browserStorage("local"), tab: browserStorage("session") },
  linkFingerprint(token ?? ""),
);
const api = createApi(token ?? "", clock);
const gate = isPanel() ? openPanel() : null;
const whenWanted = async (): Promise<boolean> => (await gate)?.wanted() ?? false;
const whenIntroduced = async (): Promise<void> => (await gate)?.introduced;
const asked = { whenVisible, whenIntroduced, whenWanted };
const conversation = new Conversation({ api, clock, state, drafts, ...asked, loadEntryCheck });
loadFormatter(state);

effect(() => {
  document.documentElement.lang = language.value;
  document.documentElement.dir = directionOf(language.value);
});
const ready = speakAsWished(null);
effect(() => {
  const locale = state.link.value?.locale ?? null;
  if (locale !== null) void speakAsWished(locale);
});
effect(() => {
  state.endsWithTab.value = api.isCarried.value && gate === null;
});
effect(() => applyAccent(state.link.value?.colour ?? null));

if (token !== null) begin();
else if (isPreview()) void openPreview();
else state.screen.value = { type: "invalid" };
// The link is requested meanwhile; nothing is painted before the page knows its language and direction.
void Promise.all([ready, afterLoading()]).then(() => {
  const root = document.getElementById("page");
  if (root) render(<App state={state} conversation={conversation} drafts={drafts} />, root);
});

/** Resolves with the first screen, or when it is late: painting a loading state takes longer than a near server. */
function afterLoading(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, SHOW_LOADING_AFTER_MS);
    effect(() => {
      if (state.screen.value.type !== "loading") resolve();
    });
  });
}

function speakAsWished(link: string | null): Promise<void> {
  const query = new URLSearchParams(location.search).get("lang");
  return speak(chooseLanguage({ link, query, browser: navigator.languages }));
}

function begin(): void {
  const network = (): void => {
    state.online.value = navigator.onLine;
    if (navigator.onLine) conversation.wake({ reopen: true });
  };
  state.online.value = navigator.onLine;
  addEventListener("online", network);
  addEventListener("offline", network);
  // After a while in the background or in the back/forward cache the stream may be dead without an error.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") conversation.wake();
  });
  addEventListener("pagehide", (event) => {
    if (event.persisted) conversation.rest();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) conversation.wake({ reopen: true });
  });
  conversation.start();
}

/** The bridge to the host page; its code is needed only in a panel. */
async function openPanel(): Promise<PanelGate> {
  document.documentElement.dataset.frame = "widget";
  const theme = new URLSearchParams(location.search).get("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  const connected = hostPort();
  const { startPanel } = await untilFetched(() => import("./panel/panel.js"));
  const storageName = linkFingerprint(token ?? "");
  return startPanel({ port: await connected, state, api, conversation, storageName });
}

/** The console shows the page with unsaved settings. */
async function openPreview(): Promise<void> {
  const { startPreview } = await untilFetched(() => import("./preview/preview.js"));
  startPreview({ state, loadEntryCheck });
}

/** Only some links have an entry check; its code and texts are loaded when they are needed. */
async function loadEntryCheck(steps: EntryActions, options: { again: boolean }): Promise<EntryCheck> {
  const { createEntryCheck } = await import("./entry-check/entry-check.js");
  return createEntryCheck({ ...steps, api, storageName: linkFingerprint(token ?? "") }, options);
}

function whenVisible(): Promise<void> {
  if (document.visibilityState === "visible") return Promise.resolve();
  return new Promise((resolve) => {
    const check = (): void => {
      if (document.visibilityState !== "visible") return;
      document.removeEventListener("visibilitychange", check);
      resolve();
    };
    document.addEventListener("visibilitychange", check);
  });
}
