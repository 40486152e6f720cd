import {
  AppError,
  type getMemory as getContract,
  type listMemoryChanges as listChangesContract,
  type listMemories as listContract,
  listCursor,
  type MemoryState,
  notOfThisList,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import { memoryAddressAad, subjectOf } from "@parley/secrets";
import { z } from "zod";
import type { MemoryDeps } from "../deps.js";
import { knowledgeAgent } from "../knowledge/repository.js";
import { findMemory, listMemoryRows, listRevisions, type RevisionRow } from "./owner-repository.js";

const cursors = listCursor(z.tuple([z.iso.datetime(), z.string()]));
/** Both texts of a change, before and after, may take 48 KB, and an answer on the bus 1 MB. */
const CHANGES_PER_PAGE = 10;

/** Whom an agent remembers, newest change first. A read. Throws `agent_not_found`. */
export const listMemories =
  ({ db, secrets }: MemoryDeps) =>
  async (input: z.output<typeof listContract.request>): Promise<z.input<typeof listContract.response>> => {
    requireRole(input.principal, "operator");
    const tenantId = tenantOf(input.principal);
    const [at, subjectHash] = input.cursor === undefined ? [] : cursors.decode(input.cursor);
    const before = at === undefined || subjectHash === undefined ? null : { at, subjectHash };
    const { agentId, rows } = await db.tenant(tenantId, async (trx) => {
      const { id: agentId } = await knowledgeAgent(trx, input.agent);
      return { agentId, rows: await listMemoryRows(trx, { agentId, limit: input.limit + 1, before }) };
    });
    const page = rows.slice(0, input.limit);
    const last = rows.length > input.limit ? page.at(-1) : undefined;
    return {
      data: page.map(({ address_sealed, subject_hash, updated_at }) => ({
        address: secrets.open(address_sealed, memoryAddressAad(tenantId, { agentId, subjectHash: subject_hash })),
        updated_at,
      })),
      nextCursor: last ? cursors.encode([last.position, last.subject_hash]) : null,
    };
  };

/** What an agent remembers about a person. A read. Throws `agent_not_found`, `memory_not_found`. */
export const getMemory =
  ({ db, secrets }: MemoryDeps) =>
  async ({
    principal,
    agent,
    email,
  }: z.output<typeof getContract.request>): Promise<z.input<typeof getContract.response>> => {
    requireRole(principal, "operator");
    const tenantId = tenantOf(principal);
    const { hash: subjectHash } = subjectOf(secrets, tenantId, email);
    const row = await db.tenant(tenantId, async (trx) => {
      const { id: agentId } = await knowledgeAgent(trx, agent);
      return findMemory(trx, { agentId, subjectHash });
    });
    if (row === null) throw new AppError("memory_not_found");
    return { memory: { address: email, ...row } };
  };

/** The changes of a memory, newest first. A read. Throws `agent_not_found`, `memory_not_found`. */
export const listMemoryChanges =
  ({ db, secrets }: MemoryDeps) =>
  async (
    input: z.output<typeof listChangesContract.request>,
  ): Promise<z.input<typeof listChangesContract.response>> => {
    requireRole(input.principal, "operator");
    const tenantId = tenantOf(input.principal);
    const { hash: subjectHash } = subjectOf(secrets, tenantId, input.email);
    const limit = Math.min(input.limit, CHANGES_PER_PAGE);
    const before = input.cursor === undefined ? null : revisionOf(input.cursor);
    const rows = await db.tenant(tenantId, async (trx) => {
      const { id: agentId } = await knowledgeAgent(trx, input.agent);
      if ((await findMemory(trx, { agentId, subjectHash })) === null) throw new AppError("memory_not_found");
      // One more than the page: the state before the oldest change on it.
      return listRevisions(trx, { agentId, subjectHash, limit: limit + 1, before });
    });
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      data: page.map((row, n) => changeOf(row, rows[n + 1])),
      nextCursor: last ? String(last.revision) : null,
    };
  };

const changeOf = ({ summary, notes, ...change }: RevisionRow, before: MemoryState | undefined) => ({
  ...change,
  before: before === undefined ? null : { summary: before.summary, notes: before.notes },
  after: { summary, notes },
});

function revisionOf(cursor: string): number {
  if (!/^[1-9]\d{0,8}$/.test(cursor)) throw notOfThisList();
  return Number(cursor);
}
