import type { PanelMessage } from "@parley/web-kit";
import { record, text } from "@parley/web-kit";
import { effect } from "@preact/signals";
import type { ChatState } from "../chat/chat-state.js";
import type { Api } from "../net/api.js";
import { backoffMs } from "../net/backoff.js";
import type { Seen } from "./seen.js";

interface HandlesDeps {
  state: ChatState;
  api: Api;
  seen: Seen;
  tell(message: PanelMessage): void;
}

export interface Handles {
  /** The host has stored this handle on an earlier visit. */
  offer(handle: string): void;
  /** The visitor opens the panel, or writes. */
  want(): void;
  wanted(): Promise<boolean>;
  forget(): void;
}

/** Separates the server's handle from the name of the last message seen; neither contains it. */
const MARK = "~";
const TRIES = 5;

/**
 * Continuity where the browser stores nothing for this frame: the server seals the session into a handle, which the host page stores and
 * returns on the next visit. It is useless to the host: only our own pages may exchange it back.
 */
export function createHandles({ state, api, seen, tell }: HandlesDeps): Handles {
  let offered: string | null = null;
  let isWanted = false;
  let wake = (): void => undefined;
  let sealed: string | null = null;

  const redeem = async (handle: string): Promise<boolean> => {
    const [server = "", last = ""] = handle.split(MARK);
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const answer = await api.resume(server);
      if (answer.type === "ok") {
        seen.recall(last);
        return true;
      }
      // A refused handle stays refused.
      if (answer.type === "refused" && answer.status < 500 && answer.status !== 429) break;
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt)));
    }
    tell({ type: "resume", handle: null });
    return false;
  };

  const seal = async (session: string): Promise<void> => {
    const answer = await api.resumeHandle();
    if (state.sessionId.peek() !== session) return;
    sealed = answer.type === "ok" ? text(record(answer.body).handle) : null;
    state.endsWithTab.value = sealed === null;
    give();
  };
  const give = (): void => {
    if (sealed !== null) tell({ type: "resume", handle: sealed + MARK + seen.last.value });
  };
  effect(() => {
    const session = state.sessionId.value;
    if (session !== null && api.isCarried.value) void seal(session);
  });
  effect(() => {
    void seen.last.value;
    give();
  });

  return {
    offer: (handle) => {
      offered = handle;
      wake();
    },
    want: () => {
      isWanted = true;
      wake();
    },
    wanted: async () => {
      for (;;) {
        const handle = offered;
        offered = null;
        if (handle !== null && (await redeem(handle))) return true;
        if (isWanted) return false;
        if (offered === null) await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    forget: () => {
      offered = null;
      isWanted = false;
      sealed = null;
      tell({ type: "resume", handle: null });
    },
  };
}
