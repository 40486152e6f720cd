import { channelHistory, getHistory, getSession, type HistoryMessage, type SessionAccess } from "@parley/contracts";
import { z } from "zod";
import { channelMessages } from "../../channel/channel-message.js";
import type { GatewayContext } from "../../context.js";
import { formatCursor } from "../../streams/cursor.js";
import { queryInteger } from "../params.js";
import { channelRoute } from "./channel-route.js";
import { conversationParams } from "./conversation-params.js";

const PAGE = 200;
/** Pages are shorter where messages are long; a complete history fits in this many. */
const MAX_PAGES = 50;

/** The newest messages, oldest first. A read. */
export const channelHistoryRoute = channelRoute({
  method: "GET",
  path: "/:conversation_id/history",
  summary: "Read the newest messages",
  description: "Oldest first. Without `limit`: `CHAT_HISTORY_LIMIT`.",
  params: conversationParams,
  query: z.object({ limit: queryInteger(1, 500).optional() }),
  answers: { 200: channelHistory },
  handle: async ({ request, query }, context) => {
    const { access, sessionId, userId } = request.participant;
    const limit = query.limit ?? context.config.CHAT_HISTORY_LIMIT;
    // Session first: a message in between is then in the history and sent again as an event, never lost.
    const { session } = await context.bus.call(getSession, { access });
    const history = await newest(context, access, limit);
    const messages = channelMessages(history, { conversationId: sessionId, userId }).slice(-limit);
    const lastEventId = formatCursor({ epoch: session.epoch, offset: session.last_event_offset });
    return { conversation_id: sessionId, messages, count: messages.length, last_event_id: lastEventId };
  },
});

/** At least the newest `limit` messages, from the start of a turn, because the number of an answer is counted from there. */
async function newest({ bus }: GatewayContext, access: SessionAccess, limit: number): Promise<HistoryMessage[]> {
  let found: HistoryMessage[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const wanted = Math.min(PAGE, Math.max(1, limit + 1 - found.length));
    const page: { data: HistoryMessage[]; nextCursor: string | null } = await bus.call(getHistory, {
      access,
      limit: wanted,
      cursor,
    });
    found = [...page.data, ...found];
    cursor = page.nextCursor;
    const startsTurn = found.length > limit && found[0]?.turn_id !== found.at(-limit)?.turn_id;
    if (cursor === null || startsTurn) return found;
  }
  return found;
}
