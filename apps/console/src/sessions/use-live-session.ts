import { useEffect, useEffectEvent, useState } from "react";
import type { Session } from "../api/answers.js";
import type { Api } from "../api/api.js";
import { useApi } from "../api/api-context.js";
import type { Problem } from "../api/problem.js";
import type { WatchState } from "../api/watch-session.js";
import { applyEvent, type LiveSession, newLiveSession } from "./live-session.js";
import { transcriptMessages } from "./transcript.js";

export interface Watched {
  live: LiveSession;
  state: WatchState;
  /** The transcript could not be loaded; live events are shown anyway. */
  problem: Problem | null;
  /** Older messages than those shown exist. */
  truncated: boolean;
  /** Everything that could be loaded is loaded. */
  loaded: boolean;
  /** The role may read transcripts, and with them traces. */
  readable: boolean;
}

/** A page removes the typing indicator unless the event is repeated. */
const TYPING_MS = 6_000;

const unwatched = (session: Session): Watched => ({
  live: newLiveSession(session, []),
  state: "connecting",
  problem: null,
  truncated: false,
  loaded: false,
  readable: false,
});

/** The live session: its messages so far, then its events. `onEnded` is called when it is over. */
export function useLiveSession(session: Session, onEnded: () => void): Watched {
  const api = useApi();
  const [watched, setWatched] = useState<Watched>(() => unwatched(session));
  const id = session.session_id;
  // The session of this page is identified by its id; everything else about it changes with the live view.
  const start = useEffectEvent(() => {
    setWatched(unwatched(session));
    return begin(api, session, { change: setWatched, onEnded });
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: another session, or another holder, starts over
  useEffect(() => {
    let stop: () => void = () => undefined;
    let left = false;
    void start().then((end) => {
      if (left) end();
      else stop = end;
    });
    return () => {
      left = true;
      stop();
    };
  }, [api, id]);

  const { typing } = watched.live;
  useEffect(() => {
    if (typing === null) return;
    const forget = setTimeout(() => setWatched((at) => ({ ...at, live: { ...at.live, typing: null } })), TYPING_MS);
    return () => clearTimeout(forget);
  }, [typing]);
  return watched;
}

async function begin(
  api: Api,
  session: Session,
  { change, onEnded }: { change(with_: (watched: Watched) => Watched): void; onEnded(): void },
): Promise<() => void> {
  const answer = await api.transcript(session.session_id);
  const found = answer.type === "ok" ? answer.value : null;
  // A role that may watch but not read transcripts gets the live events from the beginning.
  const problem = answer.type === "ok" || answer.status === 403 ? null : answer;
  change((at) => ({
    ...at,
    live: newLiveSession(session, transcriptMessages(found?.messages ?? [])),
    problem,
    truncated: found?.truncated ?? false,
    loaded: true,
    readable: answer.type === "ok" || answer.status !== 403,
  }));
  const active = session.status === "active";
  return api.watch(session.session_id, {
    // An ended session is replayed from the beginning: its spend is in the events.
    after: active ? (found?.session.last_event_id ?? null) : null,
    onState: (state) => change((at) => ({ ...at, state })),
    onEvent: (event) => {
      change((at) => ({ ...at, live: applyEvent(at.live, event) }));
      if (event.type === "session_ended" && active) onEnded();
    },
  });
}
