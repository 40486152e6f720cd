import { takeWithinBytes } from "@parley/bus";
import {
  AppError,
  type getHistory,
  type getSession,
  type getTurn,
  notOfThisList,
  type readEvents,
  type sessionHeads,
  turnSeqOf,
  type visitorConversations,
  type watchSession,
} from "@parley/contracts";
import type { z } from "zod";
import { accessRow } from "../access.js";
import type { HandlerDeps } from "../deps.js";

type In<C extends { request: z.ZodType }> = z.output<C["request"]>;
type Out<C extends { response: z.ZodType }> = Promise<z.input<C["response"]>>;

/** Status and collected data of one session. */
export const getSessionHandler =
  (deps: HandlerDeps) =>
  async ({ access }: In<typeof getSession>): Out<typeof getSession> => ({
    session: await deps.repository.get(accessRow(access, deps.secrets)),
  });

/** One turn: pending, done with its result, or failed. */
export const getTurnHandler =
  (deps: HandlerDeps) =>
  async ({ access, turnId }: In<typeof getTurn>): Out<typeof getTurn> => {
    const seq = turnSeqOf(turnId);
    if (seq === null) throw new AppError("turn_not_found");
    const turn = await deps.repository.turn(accessRow(access, deps.secrets), seq);
    // The id carries the conversation: a turn id of another session must not answer with this session's turn.
    if (turn === null || turn.turn_id !== turnId) throw new AppError("turn_not_found");
    return { turn };
  };

/** A page of history, oldest first, shorter where messages are long; the newest page also shows messages that still wait for their turn. */
export const getHistoryHandler =
  (deps: HandlerDeps) =>
  async ({ access, limit, cursor }: In<typeof getHistory>): Out<typeof getHistory> => {
    if (cursor !== null && !/^[1-9]\d{0,8}$/.test(cursor)) throw notOfThisList();
    const before = cursor === null ? null : Number(cursor);
    const page = await deps.repository.history(accessRow(access, deps.secrets), limit, before);
    // Keeps the newest ones when long messages leave no room for all.
    const data = takeWithinBytes(page.data.toReversed(), Buffer.byteLength(JSON.stringify(page.pending))).reverse();
    const first = data[0]?.sequence ?? page.first;
    return {
      data: [...data, ...page.pending],
      nextCursor: first !== null && first > 1 ? String(first) : null,
    };
  };

/** Durable events after an offset; fewer than requested when they are long. `head` shows whether there are more. */
export const readEventsHandler =
  (deps: HandlerDeps) =>
  async ({ access, after, limit }: In<typeof readEvents>): Out<typeof readEvents> => {
    const page = await deps.repository.events(accessRow(access, deps.secrets), after, limit);
    return { ...page, events: takeWithinBytes(page.events) };
  };

/** Durable events after an offset as an observer of the session sees them, and the session's status. */
export const watchSessionHandler =
  (deps: HandlerDeps) =>
  async ({ access, ...input }: In<typeof watchSession>): Out<typeof watchSession> => {
    const page = await deps.repository.watch(accessRow(access, deps.secrets), input);
    return { ...page, events: takeWithinBytes(page.events, Buffer.byteLength(JSON.stringify(page.session))) };
  };

/** Newest offsets of streams a gateway holds open. */
export const sessionHeadsHandler =
  (deps: HandlerDeps) =>
  async ({ sessionIds }: In<typeof sessionHeads>): Out<typeof sessionHeads> => {
    const rows = await deps.repository.heads(sessionIds);
    return { heads: Object.fromEntries(rows.map(({ session_id, head, status }) => [session_id, { head, status }])) };
  };

/** Conversations of a visitor on a link, newest first. */
export const visitorConversationsHandler =
  (deps: HandlerDeps) =>
  async ({ access, limit }: In<typeof visitorConversations>): Out<typeof visitorConversations> => ({
    data: await deps.repository.conversations(accessRow(access, deps.secrets), limit),
  });
