import {
  AppError,
  assignBody,
  assignEscalation,
  channelMessageBody,
  channelMessageSent,
  closeEscalation,
  type EscalationView,
  escalationStatus,
  escalationView,
  listEscalations,
  pageOf,
  recordAct,
  replyEscalation,
  resolveBody,
} from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../context.js";
import { guard } from "../../edge/callers/authenticate.js";
import { tellCallersApart } from "../../edge/callers/tell-callers-apart.js";
import { fingerprintOf, signedRepeatable } from "../../edge/idempotency.js";
import { type Deps, ownerRoute, wirePage } from "../owner/owner-route.js";
import { actingOperator, type TenantPrincipal } from "../owner/principal.js";
import { pageQuery } from "../params.js";
import { conversationParams } from "./conversation-params.js";

/** Who waits for a human, oldest first. A read; operators and above. */
const queueRoute = ownerRoute({
  method: "GET",
  path: "/chat/queue",
  summary: "List conversations waiting for a human",
  description: "As `GET /api/escalations?status=open`.",
  role: "operator",
  query: pageQuery.extend({ status: escalationStatus.default("open") }),
  answers: { 200: pageOf(escalationView) },
  handle: async ({ principal, query: { status, limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listEscalations, { principal, status, limit, cursor })),
});

/** Takes the conversation, as `POST /api/escalations/{id}/assign`. Idempotent by state. */
const assignRoute = ownerRoute({
  method: "POST",
  path: "/chat/:conversation_id/assign",
  summary: "Take a conversation",
  description: "As `POST /api/escalations/{id}/assign`, by the conversation.",
  role: "operator",
  params: conversationParams,
  body: assignBody,
  answers: { 200: escalationView },
  handle: async ({ principal, params, body: { operator = principal.id, name = null } }, { bus }) => {
    const { id } = await unresolved(bus, principal, params.conversation_id);
    return (await bus.call(assignEscalation, { principal, id, operator, name, transfer: false })).escalation;
  },
});

/** Closes the conversation's request for a human, as `POST /api/escalations/{id}/resolve`. */
const resolveRoute = ownerRoute({
  method: "POST",
  path: "/chat/:conversation_id/resolve",
  summary: "Resolve a conversation",
  description: "As `POST /api/escalations/{id}/resolve`, by the conversation.",
  role: "operator",
  params: conversationParams,
  body: resolveBody,
  answers: { 200: escalationView },
  handle: async ({ principal, params, body }, { bus }) => {
    const { summary = null, end_session: endSession } = body;
    const { id } = await unresolved(bus, principal, params.conversation_id);
    const operator = actingOperator(principal, body.operator);
    return (await bus.call(closeEscalation, { principal, id, operator, how: "resolve", summary, endSession }))
      .escalation;
  },
});

/** Replies as the operator who has the conversation, as `POST /api/escalations/{id}/reply`. Idempotent by key and message id. */
const speakRoute = ownerRoute({
  method: "POST",
  path: "/chat/:conversation_id/messages",
  caller: "operator",
  summary: "Reply to a conversation",
  role: "operator",
  config: { repeatable: true },
  params: conversationParams,
  body: channelMessageBody,
  answers: { 200: channelMessageSent },
  handle: async ({ principal, request, params, body, markReplay }, { bus }) => {
    const { sender_id: sender, sender_type: type = "agent", content, client_message_id: clientId } = body;
    const operator = actingOperator(principal, sender);
    if (type !== "agent" || (sender ?? operator) !== operator) throw new AppError("forbidden");
    const { id } = await unresolved(bus, principal, params.conversation_id);
    const act = { action: "escalation.replied", targetType: "escalation", targetId: id };
    await bus.call(recordAct, { principal, ...act });
    const { idempotency, signature } = signedRepeatable(request);
    const named =
      clientId === undefined
        ? null
        : { key: `${params.conversation_id}:${clientId}`, fingerprint: fingerprintOf(request) };
    const once = { idempotency: idempotency ?? named, signature };
    const said = await bus.call(replyEscalation, { principal, id, operator, name: null, content, ...once });
    markReplay(said.replayed);
    return {
      status: said.replayed ? ("duplicate" as const) : ("sent" as const),
      message_id: said.messageId,
      ...(clientId === undefined ? {} : { client_message_id: clientId }),
    };
  },
});

const LIMIT = 200;

/** A conversation has at most one unresolved request. Throws `escalation_not_found`, `escalation_resolved`. */
async function unresolved(
  bus: GatewayContext["bus"],
  principal: TenantPrincipal,
  sessionId: string,
): Promise<EscalationView> {
  const { data } = await bus.call(listEscalations, { principal, sessionId, limit: LIMIT });
  const found = data.find(({ status }) => status !== "resolved");
  if (found !== undefined) return found;
  throw new AppError(data.length > 0 ? "escalation_resolved" : "escalation_not_found");
}

/** Calls of operators under the channel's paths: tokens with a role, or signed requests. */
export async function registerChannelOperators(app: HttpApp, deps: Deps<keyof GatewayContext>): Promise<void> {
  tellCallersApart(app);
  guard(app, deps, { surface: "management", ownsPrefix: false });
  for (const route of [queueRoute, assignRoute, speakRoute, resolveRoute]) route(app, deps);
}
