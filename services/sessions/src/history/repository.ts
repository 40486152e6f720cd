import {
  historyMessage,
  readEvents,
  type SessionStatus,
  sessionView,
  turnState,
  visitorConversation,
  watchSession,
} from "@parley/contracts";
import type { Db } from "@parley/db";
import { z } from "zod";
import { createOpenSessions, openedSession } from "../lifecycle/open-sessions.js";

type Row = Record<string, unknown>;

const subject = z.object({
  session_id: z.string(),
  email: z.string().nullable(),
  participant_hash: z.string().nullable(),
});
const openedVerified = openedSession.extend({ token_expires_at: z.string() });
export type OpenedVerified = z.output<typeof openedVerified>;
const ended = z.object({
  success: z.literal(true),
  conversation_id: z.string(),
  final_node_id: z.string(),
  final_node_name: z.string().nullable(),
  total_turns: z.number(),
  total_transitions: z.number(),
  replayed: z.boolean(),
});
const history = z.object({
  data: z.array(historyMessage),
  pending: z.array(historyMessage),
  first: z.number().nullable(),
});
const events = readEvents.response;

const { session, totals } = watchSession.response.shape;
const watched = z.object({ log: events, events: events.shape.events, session, totals });

export interface Ending {
  status: SessionStatus;
  reason: string;
  idem_key: string | null;
  idem_fingerprint: string | null;
  signature: string | null;
}

/** All session queries of this service; one round trip each. The SQL functions raise access failures. */
export function createSessionRepository(db: Db) {
  const one = async <S extends z.ZodType>(schema: S, text: string, values: unknown[]): Promise<z.output<S>> => {
    const [row] = await db.query<{ r: unknown }>(text, values);
    return schema.parse(row?.r);
  };
  return {
    open: createOpenSessions(db),
    openVerified: (input: Row) =>
      one(openedVerified, "select open_verified_session($1::json) as r", [JSON.stringify(input)]),
    continueVerified: (access: Row, input: Row, afterLeaving: boolean) =>
      one(openedVerified, "select continue_verified_session($1::jsonb, $2::json, $3) as r", [
        JSON.stringify(access),
        JSON.stringify(input),
        afterLeaving,
      ]),
    subject: (access: Row) => one(subject, "select token_subject($1::jsonb) as r", [JSON.stringify(access)]),
    get: (access: Row) => one(sessionView, "select get_session($1::jsonb) as r", [JSON.stringify(access)]),
    /** null = the session has no such turn. */
    turn: (access: Row, seq: number) =>
      one(turnState.nullable(), "select get_turn($1::jsonb, $2) as r", [JSON.stringify(access), seq]),
    history: (access: Row, limit: number, before: number | null) =>
      one(history, "select read_history($1::jsonb, $2, $3) as r", [JSON.stringify(access), limit, before]),
    events: (access: Row, after: number, limit: number) =>
      one(events, "select read_events($1::jsonb, $2, $3) as r", [JSON.stringify(access), after, limit]),
    watch: async (access: Row, { after, limit, snapshot }: { after: number; limit: number; snapshot: boolean }) => {
      const values = [JSON.stringify(access), after, limit, snapshot];
      const { log, ...seen } = await one(watched, "select watch_session($1::jsonb, $2, $3, $4) as r", values);
      return { ...log, ...seen };
    },
    conversations: (access: Row, limit: number) =>
      one(z.array(visitorConversation), "select visitor_conversations($1::jsonb, $2) as r", [
        JSON.stringify(access),
        limit,
      ]),
    heads: (sessionIds: string[]) =>
      db.query<{ session_id: string; head: number; status: SessionStatus }>("select * from session_heads($1)", [
        sessionIds,
      ]),
    setPageContext: (access: Row, context: Row | null) =>
      db.query("select set_page_context($1::jsonb, $2::jsonb)", [
        JSON.stringify(access),
        context === null ? null : JSON.stringify(context),
      ]),
    end: (access: Row, ending: Ending) =>
      one(ended, "select end_session($1::jsonb, $2::json) as r", [JSON.stringify(access), JSON.stringify(ending)]),
  };
}
export type SessionRepository = ReturnType<typeof createSessionRepository>;
