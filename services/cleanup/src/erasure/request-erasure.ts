import { AppError, type requestErasure as contract, newId, requireRole, tenantOf } from "@parley/contracts";
import { once } from "@parley/db";
import { subjectOf as memorySubject } from "@parley/secrets";
import type { z } from "zod";
import type { CleanupDeps } from "../deps.js";
import { insertErasure, readErasure, sessionExists } from "./repository.js";
import { type Subject, sealSubject, subjectHash } from "./subject.js";

type Input = z.output<typeof contract.request>;
type Output = z.input<typeof contract.response>;

/**
 * Accepts an erasure; the work follows in the background. Idempotent by the caller's key, and by the subject while its erasure is
 * unfinished. An unknown address gets its receipt like any other. Throws `session_not_found`.
 */
export const requestErasure =
  (deps: CleanupDeps) =>
  async (input: Input): Promise<Output> => {
    requireRole(input.principal, "admin");
    const tenantId = tenantOf(input.principal);
    const { secrets } = deps;
    const subject = subjectOf(input);
    const { answer } = await deps.db.tenant(tenantId, (trx) =>
      once<{ id: string }>(trx, named(deps, tenantId, input), async () => {
        if (subject.kind === "session" && !(await sessionExists(trx, subject.sessionId)))
          throw new AppError("session_not_found");
        const id = newId();
        const made = await insertErasure(trx, {
          ...{ id, tenantId, kind: subject.kind, by: `${input.principal.via}:${input.principal.id}` },
          subjectHash: subjectHash(secrets, tenantId, subject),
          memoryHash: subject.kind === "email" ? memorySubject(secrets, tenantId, subject.email).hash : null,
          sealed: sealSubject(secrets, { tenantId, id }, subject),
        });
        return { answer: { id: made }, facts: [] };
      }),
    );
    const erasure = await deps.db.tenant(tenantId, (trx) => readErasure(trx, answer.id));
    if (erasure === null) throw new AppError("erasure_not_found");
    deps.logger.info({ tenantId, erasureId: erasure.id }, "erasure.requested");
    return { erasure, replayed: answer.replayed };
  };

function subjectOf({ email, sessionId }: Pick<Input, "email" | "sessionId">): Subject {
  if (email !== undefined && sessionId === undefined) return { kind: "email", email };
  if (sessionId !== undefined && email === undefined) return { kind: "session", sessionId };
  const errors = [{ pointer: "/", rule: "custom", message: "must name either email or session_id" }];
  throw new AppError("validation_failed", { errors });
}

/** The body's fingerprint identifies the address, so it is stored as a keyed hash like every other pseudonym. */
function named({ secrets }: CleanupDeps, tenantId: string, { idempotency, signature }: Input) {
  const keyed = idempotency && {
    key: idempotency.key,
    fingerprint: secrets.keyedHash(`erasure call:${idempotency.fingerprint}`),
  };
  return { tenantId, scope: "privacy.erase", repeatable: { idempotency: keyed, signature } };
}
