import { AppError, createSession, createSessionBody, type TurnResult } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { z } from "zod";
import type { GatewayContext } from "../deps.js";
import { markReplay, signedRepeatable } from "../idempotency.js";
import { answers } from "../schemas.js";
import { answeredTurn } from "../turns/answered-turn.js";
import { callerGone } from "../turns/caller-gone.js";
import { signedAccess } from "./access.js";
import { sessionCreated } from "./schemas.js";

/** Opens a session and waits for its opening turn. Idempotent by `Idempotency-Key`, else by the signature. */
export function createSessionRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Create a session",
    tags: ["chat"],
    security: [{ hmac: [] }],
    body: createSessionBody,
    response: answers({ 201: sessionCreated }),
  };
  app.post("/sessions", { schema, config: { role: "operator" } }, async (request, reply) => {
    const { tenant_id, agent_id, version, metadata, participant } = request.body;
    const own = request.caller.principal.tenantId;
    // Another tenant's agent is as unknown as one that does not exist.
    if (own !== null && own !== tenant_id) throw new AppError("agent_not_found");
    const { bus, waiter } = context;
    const gone = callerGone(reply);
    const created = await bus.call(
      createSession,
      {
        tenantId: tenant_id,
        agentId: agent_id,
        version: version ?? null,
        metadata: metadata ?? {},
        participant,
        participantVerified: participant?.email !== undefined,
        ...signedRepeatable(request),
        replyTo: waiter.replyTo,
      },
      { requestId: request.id },
    );
    markReplay(request, reply, created.replayed);
    const place = { session_id: created.sessionId, turn_id: created.turnId };
    const waiting = { access: signedAccess(request, created.sessionId), turn: created.turn, signal: gone };
    return reply.code(201).send(sessionAnswer(created, await answeredTurn(context, waiting, place)));
  });
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
