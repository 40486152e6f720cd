import type { extendSession } from "@parley/contracts";
import type { z } from "zod";
import { accessRow } from "../access.js";
import { type EscalationDeps, tell } from "../escalations/escalation-deps.js";

/** Extends a session. Idempotency key: `idempotency.key` within the session, and the signature; without them each call adds. */
export const extendSessionHandler =
  (deps: EscalationDeps) =>
  async (input: z.output<typeof extendSession.request>): Promise<z.input<typeof extendSession.response>> => {
    const answer = await deps.escalations.extend(accessRow(input.access, deps.secrets), {
      minutes: input.minutes,
      idem_key: input.idempotency?.key ?? null,
      idem_fingerprint: input.idempotency?.fingerprint ?? null,
      signature: input.signature ?? null,
    });
    tell(deps, answer.session_id, answer.events);
    const { session_id: sessionId, expires_at: expiresAt, idle_expires_at: idleExpiresAt, replayed } = answer;
    return { sessionId, expiresAt, idleExpiresAt, replayed };
  };
