import { randomBytes } from "node:crypto";
import { type createSession, type LinkPolicy, newId } from "@parley/contracts";
import { consentHash } from "@parley/secrets";
import type { z } from "zod";
import type { HandlerDeps } from "../deps.js";
import { agentForVisitor } from "./resolve-agent.js";

type Input = z.output<typeof createSession.request>;
type Output = z.input<typeof createSession.response>;

/** 128 random bits, url-safe: nobody can guess one. */
export const newSessionId = (): string => `text_${randomBytes(16).toString("base64url")}`;

/** The participant that a personal link presets: only the name; the address must still be confirmed by its reader. */
export const presetParticipant = (link: LinkPolicy | undefined): { name?: string } =>
  link?.recipient?.name ? { name: link.recipient.name } : {};

/**
 * Opens a session: link quota, conversation, session token and turn 1 in one transaction, then the wake-up.
 * Idempotency key: `idempotency.key` within the tenant; a repeat gets the first session and its token.
 */
export const createSessionHandler =
  (deps: HandlerDeps) =>
  async (input: Input): Promise<Output> => {
    const agent = await (input.link
      ? agentForVisitor(deps.resolveAgent, input.link)
      : deps.resolveAgent(input.tenantId, input.agentId, input.version));
    const token = input.link ? deps.secrets.issue("session") : null;
    const id = newId();
    const aad = (conversationId: string): string => `session-token:${input.tenantId}:${conversationId}`;
    const opened = await deps.repository.open({
      id,
      session_id: newSessionId(),
      tenant_id: input.tenantId,
      agent_id: agent.agentId,
      agent_version: agent.version,
      // As in the reference document: true when the active version was used because none was requested.
      is_active_version: input.version === null ? true : agent.isActive,
      participant: { ...presetParticipant(input.link), ...input.participant },
      participant_verified: input.participantVerified,
      metadata: input.metadata,
      idle_timeout_seconds: deps.config.SESSION_TIMEOUT_SECONDS,
      reply_to: input.replyTo,
      consent: input.consent ?? false,
      consent_hash: input.consent === true ? consentHash(input.link?.consentText ?? null) : null,
      idem_key: input.idempotency?.key ?? null,
      idem_fingerprint: input.idempotency?.fingerprint ?? null,
      signature: input.signature ?? null,
      link:
        input.link && token
          ? {
              id: input.link.id,
              token_row_id: newId(),
              token_id: token.id,
              token_hash: token.hash.toString("hex"),
              token_sealed: input.idempotency ? deps.secrets.seal(token.token, aad(id)) : null,
              policy: {
                chat_intent: input.link.chatIntent,
                system_prompt_override: input.link.systemPromptOverride,
                initial_message: input.link.initialMessage,
                welcome_message: input.link.welcomeMessage,
              },
            }
          : null,
    });
    const first = opened.session_token_sealed;
    if (!opened.replayed) {
      const { session_id: sessionId, conversation_id: conversationId } = opened.session;
      deps.wake({ tenantId: input.tenantId, sessionId, conversationId, seq: 1 });
      deps.relay.soon();
      deps.created.inc();
    }
    return {
      sessionId: opened.session.session_id,
      conversationId: opened.session.conversation_id,
      turnId: opened.turn.turn_id,
      seq: opened.turn.seq,
      createdAt: opened.session.created_at,
      version: opened.session.agent_config_version,
      isActiveVersion: opened.is_active_version,
      expiresAt: opened.session.expires_at,
      remainingMessages: opened.session.remaining_messages,
      sessionToken: first ? deps.secrets.open(first, aad(opened.session.conversation_id)) : (token?.token ?? null),
      replayed: opened.replayed,
      turn: opened.turn,
    };
  };
