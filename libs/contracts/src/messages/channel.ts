import { z } from "zod";
import { rpc } from "../declare.js";
import { escalationView } from "../http/escalations.js";
import { visitorConversation } from "../http/widget-channel.js";
import { sessionAccess } from "./callers.js";
import { linkPolicy } from "./links.js";

/**
 * What a visitor's token opens, where the call names no link: the session, the person (a pseudonym that is the same on all
 * devices of a confirmed address) and the link. `unknown`: no such token. The others as for a link's own token.
 */
export const resolveVisit = rpc(
  "links",
  "resolve_visit",
  "links",
  z.object({ tokenId: z.string(), secret: z.string() }),
  z.discriminatedUnion("status", [
    z.object({ status: z.literal("ok"), sessionId: z.string(), person: z.string(), policy: linkPolicy }),
    z.object({ status: z.literal("expired"), friendly: z.boolean() }),
    z.object({ status: z.literal("unavailable") }),
    z.object({ status: z.literal("unknown") }),
  ]),
);

/** Every request for a human in one session, oldest first. */
export const sessionEscalations = rpc(
  "sessions",
  "session_escalations",
  "sessions",
  z.object({ access: sessionAccess }),
  z.object({ data: z.array(escalationView) }),
);

/** Conversations of the person whom a visitor's token stands for, on its link, newest first: one, unless an address was confirmed. */
export const visitorConversations = rpc(
  "sessions",
  "visitor_conversations",
  "sessions",
  z.object({ access: sessionAccess, limit: z.number().int() }),
  z.object({ data: z.array(visitorConversation) }),
);

/** What the page around a widget says of itself and of its visitor; null forgets it. The last word counts. */
export const setPageContext = rpc(
  "sessions",
  "set_page_context",
  "sessions",
  z.object({ access: sessionAccess, data: z.record(z.string(), z.unknown()).nullable() }),
  z.object({}),
);
