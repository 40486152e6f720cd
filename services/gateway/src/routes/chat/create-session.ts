import {
  AppError,
  createSession,
  createSessionBody,
  getAgent,
  sessionCreated,
  type TurnResult,
} from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { isFirstTime } from "../../edge/callers/refuse-replay.js";
import { markReplay, signedRepeatable } from "../../edge/idempotency.js";
import { awaitTurn } from "../../turns/await-turn.js";
import { whenGone } from "../../turns/client-aborted.js";
import { answers } from "../declare-route.js";
import { signedAccess } from "./access.js";

/** Sessions per minute that one key may open by repeating the same signed bytes. */
const REPEATED_CREATES = { scope: "repeated_creates", limit: 60, periodSeconds: 60 } as const;

/**
 * Opens a session and waits for its opening turn. Idempotent by `Idempotency-Key`, else by the nonce. Equal requests without either
 * open a session each: a backend that greets two people within one second signs the same bytes twice, and they must not share a
 * conversation. Because a captured request does the same, repeats are limited by key and leave a security event.
 */
export function createSessionRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Create a session",
    tags: ["chat"],
    security: [{ hmac: [] }],
    body: createSessionBody,
    response: answers({ 201: sessionCreated }),
  };
  app.post("/sessions", { schema, config: { role: "operator", repeatable: true } }, async (request, reply) => {
    const { tenant_id, agent_id, version, metadata, participant } = request.body;
    const own = request.caller.principal.tenantId;
    // Another tenant's agent is as unknown as one that does not exist.
    if (own !== null && own !== tenant_id) throw new AppError("agent_not_found");
    const { bus, waiter } = context;
    const gone = whenGone(reply);
    const named = signedRepeatable(request);
    const withNonce = request.caller.signed?.nonce != null;
    const isRepeat = !withNonce && (await admitRepeat(context, request, tenant_id));
    const created = await bus.call(
      createSession,
      {
        tenantId: tenant_id,
        agentId: await idOfAgent(context, request, { tenantId: tenant_id, agent: agent_id }),
        version: version ?? null,
        metadata: metadata ?? {},
        participant,
        participantVerified: participant?.email !== undefined,
        idempotency: named.idempotency,
        signature: withNonce ? named.signature : null,
        replyTo: waiter.replyTo,
      },
      { requestId: request.id },
    );
    markReplay(request, reply, created.replayed);
    if (isRepeat && created.replayed !== true) noteRepeat(context, request, tenant_id);
    const place = { session_id: created.sessionId, turn_id: created.turnId };
    const waiting = { access: signedAccess(request, created.sessionId), turn: created.turn, whenGone: gone };
    return reply.code(201).send(sessionAnswer(created, await awaitTurn(context, waiting, place)));
  });
}

/** The id of an agent given by its id or its slug. Throws `agent_not_found`. */
async function idOfAgent(
  { bus }: GatewayContext,
  request: FastifyRequest,
  { tenantId, agent }: { tenantId: string; agent: string },
): Promise<string> {
  if (z.uuid().safeParse(agent).success) return agent;
  const principal = { ...request.caller.principal, tenantId };
  return (await bus.call(getAgent, { principal, agent })).agent.id;
}

/** Whether these signed bytes were received before. Throws `rate_limited` when the key has sent too many such requests. */
async function admitRepeat(context: GatewayContext, request: FastifyRequest, tenantId: string): Promise<boolean> {
  if (await isFirstTime(context, request)) return false;
  const taken = await context.redis.limits.take([{ ...REPEATED_CREATES, key: request.caller.principal.id }]);
  if (taken.allowed) return true;
  noteRepeat(context, request, tenantId);
  const { retryAfterSeconds } = taken;
  throw new AppError("rate_limited", { retryAfterSeconds, extra: { scope: REPEATED_CREATES.scope } });
}

function noteRepeat({ security }: GatewayContext, request: FastifyRequest, tenantId: string): void {
  security.note(request, { tenantId, id: null }, { kind: "request_replayed", scope: "create_session" });
}

function sessionAnswer(
  created: z.output<typeof createSession.response>,
  opening: TurnResult,
): z.output<typeof sessionCreated> {
  return {
    session_id: created.sessionId,
    conversation_id: created.conversationId,
    status: "active",
    node_id: opening.node_id,
    node_name: opening.node_name,
    initial_node_id: opening.previous_node_id,
    initial_node_name: opening.previous_node_name,
    transitions: opening.transitions,
    agent_config_version: created.version,
    is_active_version: created.isActiveVersion,
    initial_message: opening.response === "" ? null : opening.response,
    created_at: created.createdAt,
    messages: opening.messages,
    turn_id: opening.turn_id,
    usage: opening.usage,
    expires_at: created.expiresAt,
  };
}
