import { record, text } from "@parley/web-kit";
import { batch } from "@preact/signals";
import type { ChatState, EntryCheck, LoadEntryCheck } from "../chat/chat-state.js";
import { needsEntryCheck } from "../chat/refusals.js";
import { mergeMessage } from "../chat/transcript.js";
import { type LinkInfo, parseLinkInfo } from "../net/link-info.js";
import type { WireMessage } from "../net/session-info.js";

interface PreviewDeps {
  state: ChatState;
  loadEntryCheck: LoadEntryCheck;
}

/**
 * The page with the unsaved settings of the console. The console sends them; nothing is requested from the server, nothing is stored, and
 * nothing in the page can be used.
 */
export function startPreview({ state, loadEntryCheck }: PreviewDeps): void {
  document.body.inert = true;
  let latest = 0;
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== location.origin || source !== window.parent || record(data).type !== "parley-preview") return;
    const { link, greeting, entry } = record(data);
    const info = parseLinkInfo(link);
    latest += 1;
    const mine = latest;
    show(state, info, text(greeting));
    if (entry === true && needsEntryCheck(info)) {
      void makeEntry(loadEntryCheck, info).then((made) => {
        if (mine === latest) state.screen.value = { type: "entry", entry: made };
      });
    } else state.screen.value = { type: "chat" };
  });
  window.parent.postMessage({ type: "parley-preview-ready" }, location.origin);
}

function show(state: ChatState, link: LinkInfo, greeting: string | null): void {
  batch(() => {
    state.link.value = link;
    state.feed.value = "live";
    state.transcript.value = greeting === null ? [] : mergeMessage([], { ...GREETING, content: greeting });
  });
}

const GREETING: WireMessage = {
  ...{ id: null, turnId: "preview", clientId: null, content: "", part: 0, createdAt: null },
  role: "assistant",
  status: "done",
};

async function makeEntry(load: LoadEntryCheck, link: LinkInfo): Promise<EntryCheck> {
  const nothing = (): void => undefined;
  const steps = { link, create: async () => null, confirmed: async () => nothing(), refuse: nothing };
  const entry = await load(steps, { again: false });
  await entry.start();
  return entry;
}
