import { AppError, openIdentified, type SessionAccess } from "@parley/contracts";
import { consentHash } from "@parley/secrets";
import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { acceptedLanguages } from "../../edge/accepted-languages.js";
import { type Entry, requireIdentifiedEntry } from "../../edge/entry.js";
import { givenIdempotencyKey } from "../../edge/idempotency.js";

type Opened = Extract<z.output<typeof openIdentified.response>, { status: "opened" }>;

/**
 * Opens the conversation of a person identified by the embedding site; null = `running` is already theirs. An identity opens once; a
 * repeat with the same `Idempotency-Key` opens the same conversation again. Refusals are recorded for the link's owner.
 * Throws `identity_expired`, `identity_refused` (member `reason`), and what the entry check of the link throws.
 */
export async function openIdentifiedSession(
  context: GatewayContext,
  request: FastifyRequest,
  { identity, entry, running }: { identity: string; entry: Entry; running: SessionAccess | null },
): Promise<Opened | null> {
  const { policy } = request.visit;
  await requireIdentifiedEntry(context, request, entry);
  const answer = await context.bus.call(
    openIdentified,
    {
      tenantId: policy.tenantId,
      linkId: policy.id,
      identity,
      access: running ?? undefined,
      consentHash: consentHash(policy.consentText) ?? undefined,
      idempotencyKey: givenIdempotencyKey(request) ?? undefined,
      languages: acceptedLanguages(request),
      replyTo: context.waiter.replyTo,
    },
    { requestId: request.id },
  );
  if (answer.status === "same") return null;
  if (answer.status === "opened") {
    if (!answer.reused) context.visitCounts.count(request, policy, "sessions");
    return answer;
  }
  const { reason } = answer;
  context.security.note(request, policy, { kind: "identity_refused", scope: reason });
  throw new AppError(reason === "expired" ? "identity_expired" : "identity_refused", { extra: { reason } });
}
