import { type replyEscalation, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import { type EscalationDeps, tell } from "./escalation-deps.js";

/** Replies as the operator who has the session. Idempotency key: `idempotency.key` within the escalation, and the signature. */
export const replyAsHumanHandler =
  (deps: EscalationDeps) =>
  async (input: z.output<typeof replyEscalation.request>): Promise<z.input<typeof replyEscalation.response>> => {
    requireRole(input.principal, "operator");
    const answer = await deps.escalations.reply(tenantOf(input.principal), input.id, {
      operator: input.operator,
      name: input.name,
      content: input.content,
      files: input.files ?? [],
      idem_key: input.idempotency?.key ?? null,
      idem_fingerprint: input.idempotency?.fingerprint ?? null,
      signature: input.signature ?? null,
      mail_after_ms: deps.config.ANSWER_MAIL_AFTER_SECONDS * 1_000,
    });
    tell(deps, answer.session_id, answer.events);
    const { message_id: messageId, session_id: sessionId, created_at: createdAt, replayed } = answer;
    return { messageId, sessionId, createdAt, replayed };
  };
