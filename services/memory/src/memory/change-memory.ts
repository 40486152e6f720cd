import {
  AppError,
  type forgetMemory as forgetContract,
  type MemoryState,
  type MemoryView,
  type Principal,
  requireRole,
  type setMemory as setContract,
  tenantOf,
  type undoMemory as undoContract,
} from "@parley/contracts";
import type { Transaction } from "@parley/db";
import { memoryAddressAad, subjectOf } from "@parley/secrets";
import type { z } from "zod";
import type { MemoryDeps } from "../deps.js";
import { knowledgeAgent } from "../knowledge/repository.js";
import { deleteMemory, findMemory, findRevision, lockMemory, type PersonKey, writeMemory } from "./owner-repository.js";

interface Change {
  principal: Principal;
  agent: string;
  email: string;
  /** The revision that the caller read. */
  expected: number | undefined;
  /** The new texts, and the revision they were restored from, if any. */
  next: (trx: Transaction, at: PersonKey, before: MemoryState) => Promise<MemoryState & { restoredFrom?: number }>;
}

/** Changes or creates a memory. Idempotent by state. Throws `agent_not_found`, `conflict`. */
export const setMemory =
  (deps: MemoryDeps) =>
  async ({
    body: { summary, notes, revision },
    ...call
  }: z.output<typeof setContract.request>): Promise<z.input<typeof setContract.response>> => ({
    memory: await change(deps, {
      ...call,
      expected: revision,
      next: async (_trx, _at, before) => ({
        summary: summary === undefined ? before.summary : summary,
        notes: notes === undefined ? before.notes : notes,
      }),
    }),
  });

/**
 * Restores the texts of an earlier revision. Idempotent by state. Throws `agent_not_found`, `memory_not_found`,
 * `memory_revision_not_found`, `conflict`.
 */
export const undoMemory =
  (deps: MemoryDeps) =>
  async ({
    body: { to, revision },
    ...call
  }: z.output<typeof undoContract.request>): Promise<z.input<typeof undoContract.response>> => ({
    memory: await change(deps, {
      ...call,
      expected: revision,
      async next(trx, at) {
        if ((await findMemory(trx, at)) === null) throw new AppError("memory_not_found");
        const earlier = await findRevision(trx, { ...at, revision: to });
        if (earlier === null) throw new AppError("memory_revision_not_found");
        return { ...earlier, restoredFrom: to };
      },
    }),
  });

async function change({ db, secrets }: MemoryDeps, call: Change): Promise<MemoryView> {
  requireRole(call.principal, "editor");
  const tenantId = tenantOf(call.principal);
  const { hash: subjectHash } = subjectOf(secrets, tenantId, call.email);
  return db.tenant(tenantId, async (trx) => {
    const { id: agentId } = await knowledgeAgent(trx, call.agent);
    const at = { agentId, subjectHash };
    const addressSealed = secrets.seal(call.email, memoryAddressAad(tenantId, at));
    const { revision, ...before } = await lockMemory(trx, { ...at, tenantId, addressSealed });
    const { restoredFrom, ...next } = await call.next(trx, at, before);
    if (next.summary !== before.summary || next.notes !== before.notes) {
      if (call.expected !== undefined && call.expected !== revision) throw new AppError("conflict");
      const by = { source: "person", actor: call.principal.id, restoredFrom } as const;
      await writeMemory(trx, { ...at, revision }, { ...next, ...by });
    }
    const written = await findMemory(trx, at);
    // Rolled back: an empty memory was created for the change, but there is nothing to remember.
    if (written === null) throw new AppError("memory_not_found");
    return { address: call.email, ...written };
  });
}

/**
 * Forgets a person: the texts, their history, and messages not summarised yet. Idempotent by state: a second call gets
 * `memory_not_found`. Throws `agent_not_found`.
 */
export const forgetMemory =
  ({ db, secrets }: MemoryDeps) =>
  async ({
    principal,
    agent,
    email,
  }: z.output<typeof forgetContract.request>): Promise<z.input<typeof forgetContract.response>> => {
    requireRole(principal, "editor");
    const tenantId = tenantOf(principal);
    const { hash: subjectHash } = subjectOf(secrets, tenantId, email);
    await db.tenant(tenantId, async (trx) => {
      const { id: agentId } = await knowledgeAgent(trx, agent);
      if (!(await deleteMemory(trx, { agentId, subjectHash, email }))) throw new AppError("memory_not_found");
    });
    return { deleted: true };
  };
