import type { acceptMessage, GrantedLease } from "@parley/contracts";
import type { z } from "zod";
import { accessRow } from "../access.js";
import type { HandlerDeps } from "../deps.js";
import type { Accepted } from "./accept-item.js";

type Input = z.output<typeof acceptMessage.request>;
type Output = z.input<typeof acceptMessage.response>;

/**
 * Accepts a message: order, quota, idempotency and the durable row in one statement, then the wake-up.
 * Idempotency key: client message id or `idempotency.key` within the session; a repeat attaches to the first turn.
 */
export const acceptMessageHandler =
  (deps: HandlerDeps) =>
  async (input: Input): Promise<Output> => {
    const accepted = await deps.acceptMessages({
      access: { ...accessRow(input.access, deps.secrets), sends: true },
      content: input.content,
      client_message_id: input.clientMessageId,
      files: input.files ?? [],
      idem_key: input.idempotency?.key ?? null,
      idem_fingerprint: input.idempotency?.fingerprint ?? null,
      signature: input.signature ?? null,
      reply_to: input.replyTo,
    });
    if (!accepted.replayed) {
      const live = accepted.event ? [{ type: "event" as const, event: accepted.event }] : [];
      const { tenant_id: tenantId, session_id: sessionId, conversation_id: conversationId, turn } = accepted;
      deps.wake(
        { tenantId, sessionId, conversationId, seq: turn.seq, ...leaseOf(input, accepted) },
        { live, runner: accepted.granted?.runner },
      );
      deps.accepted.inc();
      // The first message counts the session against its link, which may have become full: publish that event.
      if (accepted.messages_used === 1) deps.relay.soon();
      deps.logger.info(
        { tenantId, sessionId, turnId: turn.turn_id, files: input.files?.length ?? 0 },
        "message.accepted",
      );
    }
    return {
      sessionId: accepted.session_id,
      turnId: accepted.turn.turn_id,
      seq: accepted.turn.seq,
      replayed: accepted.replayed,
      turn: accepted.turn,
      remainingMessages: accepted.max_messages === null ? null : accepted.max_messages - accepted.messages_used,
      messageCount: accepted.messages_used,
      expiresAt: accepted.expires_at,
    };
  };

/** The lease granted with the message, for the wake-up. */
function leaseOf(input: Input, { granted, messages_used, max_messages }: Accepted): { lease?: GrantedLease } {
  if (granted === undefined) return {};
  return {
    lease: {
      fence: granted.fence,
      messagesUsed: messages_used,
      maxMessages: max_messages,
      content: input.content,
      clientMessageId: input.clientMessageId,
      replyTo: input.replyTo,
      createdAt: granted.created_at,
    },
  };
}
