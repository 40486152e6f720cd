import { effect } from "@preact/signals";
import type { DoorSteps, Doors } from "../chat/chat-state.js";
import type { Api } from "../net/api.js";
import { createDoorMemory } from "./door-memory.js";
import { speakAtDoors } from "./door-text.js";
import { DoorCard, DoorPage } from "./door-views.js";
import { Gate } from "./gate.js";

interface DoorsDeps extends DoorSteps {
  api: Api;
  /** Names the link in this browser's storage; no secret. */
  storageName: string;
}

/** The doors of one link with everything they show. Resolves when they can be read in the page's language. */
export async function createDoors(deps: DoorsDeps, options: { again: boolean }): Promise<Doors> {
  const memory = createDoorMemory(tabStorage(), deps.storageName);
  const gate = new Gate({ ...deps, memory }, options);
  await speakAtDoors();
  effect(() => void speakAtDoors());
  return {
    start: () => gate.start(),
    refused: (answer) => gate.refused(answer),
    page: () => <DoorPage gate={gate} />,
    card: () => <DoorCard gate={gate} />,
  };
}

function tabStorage(): Storage | null {
  try {
    return globalThis.sessionStorage;
  } catch {
    return null;
  }
}
