import { noteSecurity } from "@parley/contracts";
import type { RunnerDeps } from "../deps.js";
import type { SessionRef } from "./repository/turns.js";

const DEADLINE_MS = 2_000;

/** Notifies the owner that an answer contained forbidden content: the rules, never the text. Losable; the turn does not wait. */
export function noteWithheld(
  { bus, logger }: Pick<RunnerDeps, "bus" | "logger">,
  ref: SessionRef,
  rules: string[],
): void {
  const at = new Date().toISOString();
  const { tenantId, sessionId } = ref;
  const none = { linkId: null, country: null, addressHash: null };
  const events = rules.map((scope) => ({
    ...none,
    tenantId,
    sessionId,
    kind: "output_withheld" as const,
    scope,
    count: 1,
    at,
  }));
  logger.warn({ sessionId, rules }, "output.withheld");
  bus.call(noteSecurity, { events }, { deadlineMs: DEADLINE_MS }).catch((error: unknown) => {
    logger.debug({ err: error, sessionId }, "security.notes_lost");
  });
}
