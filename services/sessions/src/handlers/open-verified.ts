import { newId, type openVerified } from "@parley/contracts";
import type { z } from "zod";
import type { HandlerDeps } from "../service.js";
import { newSessionId } from "./create-session.js";

type Input = z.output<typeof openVerified.request>;
type Output = z.input<typeof openVerified.response>;

/** How long a confirmed address opens its conversation without another code. */
const TOKEN_HOURS = 24;

/**
 * Opens the one conversation of a confirmed address on a link, with a token of its own. Idempotent by (link, address): while the
 * conversation lives everybody who confirmed the address gets it, and only its beginning counts against the link's quota.
 */
export const openVerifiedHandler =
  (deps: HandlerDeps) =>
  async ({ link, email, participantHash, replyTo }: Input): Promise<Output> => {
    const agent = await deps.resolveAgent(link.tenantId, link.agentId, link.agentVersion);
    const token = deps.secrets.issue("session");
    const opened = await deps.repository.openVerified({
      id: newId(),
      session_id: newSessionId(),
      tenant_id: link.tenantId,
      agent_id: agent.agentId,
      agent_version: agent.version,
      is_active_version: link.agentVersion === null ? true : agent.isActive,
      participant: { email },
      participant_hash: participantHash,
      participant_verified: true,
      metadata: {},
      idle_timeout_seconds: deps.config.SESSION_TIMEOUT_SECONDS,
      reply_to: replyTo,
      consent: false,
      token_hours: TOKEN_HOURS,
      link: {
        id: link.id,
        token_row_id: newId(),
        token_id: token.id,
        token_hash: token.hash.toString("hex"),
        policy: {
          chat_intent: link.chatIntent,
          system_prompt_override: link.systemPromptOverride,
          initial_message: link.initialMessage,
        },
      },
    });
    const { session_id: sessionId, conversation_id: conversationId } = opened.session;
    if (!opened.replayed) {
      deps.wake({ tenantId: link.tenantId, sessionId, conversationId, seq: 1 }, []);
      deps.created.inc();
    }
    // Also when it was reused: one that was over may have been closed on the way.
    deps.relay.soon();
    return {
      sessionId,
      conversationId,
      sessionToken: token.token,
      tokenExpiresAt: opened.token_expires_at,
      reused: opened.replayed,
    };
  };
