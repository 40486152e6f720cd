import type { Bus } from "@parley/bus";
import { getHistory, getSession, type SessionAccess, type SessionView } from "@parley/contracts";
import { type Audience, wireMessage, wireSession } from "./audience.js";

export interface Snapshot {
  session: SessionView;
  /** Full state for a reader whose place in the log is lost: session and newest messages. */
  data: { type: "reset" } & Record<string, unknown>;
}

const SNAPSHOT_MESSAGES = 100;

/**
 * The state of a session at `session.last_event_offset`. The session is read first: a message committed in between is in
 * the history and is sent again as an event, which readers merge by id; the other order would lose it.
 */
export async function takeSnapshot(bus: Bus, access: SessionAccess, audience: Audience): Promise<Snapshot> {
  const { session } = await bus.call(getSession, { access });
  const history = await bus.call(getHistory, { access, limit: SNAPSHOT_MESSAGES, cursor: null });
  return {
    session,
    data: {
      type: "reset",
      session: wireSession(session, audience),
      messages: history.data.map((message) => wireMessage(message, audience)),
      next_cursor: history.nextCursor,
    },
  };
}
