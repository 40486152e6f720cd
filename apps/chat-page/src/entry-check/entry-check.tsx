import { effect } from "@preact/signals";
import type { EntryActions, EntryCheck } from "../chat/chat-state.js";
import type { Api } from "../net/api.js";
import { EntryFlow } from "./entry-flow.js";
import { createEntryMemory } from "./entry-memory.js";
import { loadEntryTexts } from "./entry-text.js";
import { StepCard, StepPage } from "./step-views.js";

interface EntryCheckDeps extends EntryActions {
  api: Api;
  /** Identifies the link in this browser's storage; no secret. */
  storageName: string;
}

/** The entry check of one link with its views. Resolves when its texts are loaded in the page's language. */
export async function createEntryCheck(deps: EntryCheckDeps, options: { again: boolean }): Promise<EntryCheck> {
  const memory = createEntryMemory(tabStorage(), deps.storageName);
  const flow = new EntryFlow({ ...deps, memory }, options);
  await loadEntryTexts();
  effect(() => void loadEntryTexts());
  return {
    start: () => flow.start(),
    refused: (answer) => flow.refused(answer),
    page: () => <StepPage flow={flow} />,
    card: () => <StepCard flow={flow} />,
  };
}

function tabStorage(): Storage | null {
  try {
    return globalThis.sessionStorage;
  } catch {
    return null;
  }
}
