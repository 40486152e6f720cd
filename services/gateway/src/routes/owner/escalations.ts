import {
  assignBody,
  assignEscalation,
  closeEscalation,
  countEscalations,
  type EscalationView,
  escalationCounts,
  escalationStatus,
  escalationView,
  getEscalation,
  handBackBody,
  holdsEscalation,
  listEscalations,
  pageOf,
  replyBody,
  replyEscalation,
  resolveBody,
  suggestBody,
  suggestedReply,
  suggestReply,
  takeOverBody,
  takeOverSession,
  transferBody,
  typingBody,
} from "@parley/contracts";
import { z } from "zod";
import { signedRepeatable } from "../../edge/idempotency.js";
import { takeSignalRate } from "../../edge/signal-rate.js";
import { clientAborted } from "../../turns/client-aborted.js";
import { idParams, pageQuery, sessionParams } from "../params.js";
import { actOn, type Deps, ownerRoute, wirePage } from "./owner-route.js";
import { actingOperator, ownerAccess, type TenantPrincipal } from "./principal.js";

/** An escalation as its reader sees it. */
const shownTo =
  ({ id }: TenantPrincipal) =>
  (escalation: EscalationView): EscalationView => ({ ...escalation, mine: escalation.assigned_to === id });

/** The queue of the tenant, oldest first; operators and above. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/escalations",
  summary: "List escalations",
  role: "operator",
  query: pageQuery.extend({
    status: escalationStatus.optional(),
    session_id: z.string().min(1).max(128).optional(),
    assigned_to: z.string().min(1).max(200).optional().meta({ description: "An operator; `me` = whoever calls" }),
  }),
  answers: { 200: pageOf(escalationView) },
  handle: async ({ principal, query }, { bus }) => {
    const { status, session_id: sessionId, assigned_to: of, limit, cursor } = query;
    const assignedTo = of === "me" ? principal.id : of;
    const page = await bus.call(listEscalations, { principal, status, sessionId, assignedTo, limit, cursor });
    return wirePage({ ...page, data: page.data.map(shownTo(principal)) });
  },
});

/** How many wait, for a badge. */
const countRoute = ownerRoute({
  method: "GET",
  path: "/escalations/count",
  summary: "Count escalations",
  role: "operator",
  answers: { 200: escalationCounts },
  handle: async ({ principal }, { bus }) => bus.call(countEscalations, { principal, operator: principal.id }),
});

const getRoute = ownerRoute({
  method: "GET",
  path: "/escalations/:id",
  summary: "Get an escalation",
  role: "operator",
  records: actOn("escalation", "escalation.read"),
  params: idParams,
  answers: { 200: escalationView },
  handle: async ({ principal, params }, { bus }) =>
    shownTo(principal)((await bus.call(getEscalation, { principal, ...params })).escalation),
});

/** Takes over a running session, whether or not it waits for a human. Idempotent by state. */
const takeOverRoute = ownerRoute({
  method: "POST",
  path: "/sessions/:id/take-over",
  summary: "Take over a session",
  description:
    "Opens an escalation of the source `operator`, or joins the one that is open, and assigns it in the same transaction. 409 when another operator has it.",
  role: "operator",
  records: actOn("session", "session.taken_over"),
  params: sessionParams,
  body: takeOverBody,
  answers: { 200: escalationView },
  handle: async ({ principal, params, body }, { bus }) => {
    const { operator = principal.id, name = null, reason = null } = body;
    const call = { principal, sessionId: params.id, operator, name, reason };
    return shownTo(principal)((await bus.call(takeOverSession, call)).escalation);
  },
});

/** Takes an escalation, or assigns it to an operator; operators are identified by the id of their credentials. Idempotent by state. */
const assignRoute = ownerRoute({
  method: "POST",
  path: "/escalations/:id/assign",
  summary: "Assign an escalation",
  description:
    "Without `operator` the caller takes it. The agent is silent from then on; an answer in the making is dropped. 409 when another operator has it.",
  role: "operator",
  records: actOn("escalation", "escalation.assigned"),
  params: idParams,
  body: assignBody,
  answers: { 200: escalationView },
  handle: async ({ principal, params, body: { operator = principal.id, name = null } }, { bus }) =>
    shownTo(principal)(
      (await bus.call(assignEscalation, { principal, ...params, operator, name, transfer: false })).escalation,
    ),
});

/** Transfers an assigned escalation to another operator, whoever had it. Idempotent by state. */
const transferRoute = ownerRoute({
  method: "POST",
  path: "/escalations/:id/transfer",
  summary: "Transfer an escalation",
  role: "operator",
  records: actOn("escalation", "escalation.transferred"),
  params: idParams,
  body: transferBody,
  answers: { 200: escalationView },
  handle: async ({ principal, params, body: { operator, name = null } }, { bus }) =>
    shownTo(principal)(
      (await bus.call(assignEscalation, { principal, ...params, operator, name, transfer: true })).escalation,
    ),
});

/** Sends a message as the operator who has the session. Idempotent by `Idempotency-Key`, else by the signature. */
const replyRoute = ownerRoute({
  method: "POST",
  path: "/escalations/:id/reply",
  summary: "Reply as a human",
  role: "operator",
  config: { repeatable: true },
  records: actOn("escalation", "escalation.replied"),
  params: idParams,
  body: replyBody,
  answers: { 201: z.object({ message_id: z.uuid(), session_id: z.string(), created_at: z.string() }) },
  handle: async ({ principal, request, params, body, markReplay }, { bus }) => {
    const { message: content, name = null, files } = body;
    const operator = actingOperator(principal, body.operator);
    const call = { principal, ...params, operator, name, content, files, ...signedRepeatable(request) };
    const { messageId, sessionId, createdAt, replayed } = await bus.call(replyEscalation, call);
    markReplay(replayed);
    return { message_id: messageId, session_id: sessionId, created_at: createdAt };
  },
});

/** Shows the visitor that the operator who has the session is typing. Not stored, may get lost. */
const typingRoute = ownerRoute({
  method: "POST",
  path: "/escalations/:id/typing",
  summary: "Send a typing notice as operator",
  description:
    "For the operator who has it. Repeat it every few seconds while it holds: pages forget it by themselves.",
  role: "operator",
  params: idParams,
  body: typingBody,
  answers: { 200: z.object({ success: z.literal(true) }) },
  handle: async ({ principal, params: { id }, body }, { bus, redis }: Deps<"bus" | "redis">) => {
    await takeSignalRate({ redis }, ownerAccess(principal, id), "typing");
    const operator = actingOperator(principal, body.operator);
    const { sessionId } = await bus.call(holdsEscalation, { principal, id, operator });
    await redis.live.publish(sessionId, [{ type: "typing", who: "operator", active: body.typing }]);
    return { success: true as const };
  },
});

/**
 * What the agent's model would write in the operator's place. Nothing is sent; the cost is charged to the link's budget, once per
 * `Idempotency-Key`, else per signature.
 */
const suggestRoute = ownerRoute({
  method: "POST",
  path: "/escalations/:id/suggest",
  summary: "Suggest a reply",
  description:
    "For the operator who has it: the model of the session's version reads the conversation and drafts the next message. Nothing is sent. Its cost counts against the link's budget; a call that does not fit is refused. The draft is dropped when the caller disconnects.",
  role: "operator",
  config: { repeatable: true },
  records: actOn("escalation", "escalation.suggestion_asked"),
  params: idParams,
  body: suggestBody,
  answers: { 200: suggestedReply },
  handle: async ({ principal, reply, params, body, repeatable, markReplay }, { bus }) => {
    const operator = actingOperator(principal, body.operator);
    const call = { principal, ...params, operator, ...repeatable };
    const { replayed, ...made } = await bus.call(suggestReply, call, { signal: clientAborted(reply) });
    markReplay(replayed);
    return made;
  },
});

/** Closes an escalation; the agent answers the next message, or the session ends. Works once: later calls get `escalation_resolved`. */
const resolveRoute = ownerRoute({
  method: "POST",
  path: "/escalations/:id/resolve",
  summary: "Resolve an escalation",
  role: "operator",
  records: actOn("escalation", "escalation.resolved"),
  params: idParams,
  body: resolveBody,
  answers: { 200: escalationView },
  handle: async ({ principal, params, body }, { bus }) => {
    const { summary = null, end_session: endSession } = body;
    const operator = actingOperator(principal, body.operator);
    const call = { principal, ...params, operator, how: "resolve" as const, summary, endSession };
    return (await bus.call(closeEscalation, call)).escalation;
  },
});

/** Hands the session back to the agent, with a summary that it reads as data. Works once: later calls get `escalation_resolved`. */
const handBackRoute = ownerRoute({
  method: "POST",
  path: "/escalations/:id/hand-back",
  summary: "Hand a session back to the agent",
  description:
    "The workflow goes on where it was: by the transition `handed_back` of an `escalate` node, else in silence.",
  role: "operator",
  records: actOn("escalation", "escalation.handed_back"),
  params: idParams,
  body: handBackBody,
  answers: { 200: escalationView },
  handle: async ({ principal, params, body }, { bus }) => {
    const operator = actingOperator(principal, body.operator);
    const call = { principal, ...params, operator, how: "hand_back" as const, summary: body.summary ?? null };
    return (await bus.call(closeEscalation, { ...call, endSession: false })).escalation;
  },
});

export const escalationRoutes = [
  listRoute,
  countRoute,
  getRoute,
  takeOverRoute,
  assignRoute,
  transferRoute,
  replyRoute,
  typingRoute,
  suggestRoute,
  resolveRoute,
  handBackRoute,
];
