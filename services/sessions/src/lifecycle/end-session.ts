import type { endSession } from "@parley/contracts";
import type { z } from "zod";
import { accessRow } from "../access.js";
import type { HandlerDeps } from "../deps.js";

/**
 * Ends a session: waiting turns are refused and the reply of a running one is discarded by the raised fence.
 * Idempotency key: `idempotency.key` within the session; without it a second call gets `session_ended`.
 */
export const endSessionHandler =
  (deps: HandlerDeps) =>
  async (input: z.output<typeof endSession.request>): Promise<z.input<typeof endSession.response>> => {
    const answer = await deps.repository.end(accessRow(input.access, deps.secrets), {
      status: "completed",
      reason: input.reason,
      idem_key: input.idempotency?.key ?? null,
      idem_fingerprint: input.idempotency?.fingerprint ?? null,
      signature: input.signature ?? null,
    });
    if (!answer.replayed) deps.relay.soon();
    return answer;
  };
