import { z } from "zod";
import { rpc } from "../declare.js";
import { deleted } from "../http/fields.js";
import { listedMemory, memoryBody, memoryChange, memoryView, undoMemoryBody } from "../http/memory.js";
import { principal } from "./callers.js";

/** The remembered block for a person, or null. `subject`: the keyed hash under which it is kept; absent from older versions. */
export const recall = rpc(
  "memory",
  "recall",
  "memory",
  z.object({ tenantId: z.uuid(), agentId: z.uuid(), email: z.string() }),
  z.object({ summary: z.string().nullable(), notes: z.string().nullable(), subject: z.string().optional() }),
  1_000,
);

const owned = { principal, agent: z.string().min(1).max(255) };
/** `email` in its one spelling, as `emailAddress` makes it. */
const ofPerson = { ...owned, email: z.string() };
const page = { limit: z.number().int().min(1).max(200), cursor: z.string().optional() };

/** Whom an agent remembers, newest change first. Operators and above, because it names addresses. Throws `agent_not_found`. */
export const listMemories = rpc(
  "memory",
  "list",
  "memory",
  z.object({ ...owned, ...page }),
  z.object({ data: z.array(listedMemory), nextCursor: z.string().nullable() }),
);

/** What an agent remembers of a person. Operators and above. Throws `agent_not_found`, `memory_not_found`. */
export const getMemory = rpc("memory", "get", "memory", z.object(ofPerson), z.object({ memory: memoryView }));

/** Changes what is remembered, or begins a memory. Editors and above. Idempotent by state. Throws `agent_not_found`, `conflict`. */
export const setMemory = rpc(
  "memory",
  "set",
  "memory",
  z.object({ ...ofPerson, body: memoryBody }),
  z.object({ memory: memoryView }),
);

/**
 * Forgets a person: the texts, their history, and what was said but not summarised yet. Editors and above. Idempotent by state: a
 * second call is `memory_not_found`. Throws `agent_not_found`.
 */
export const forgetMemory = rpc("memory", "forget", "memory", z.object(ofPerson), deleted);

/** The changes of a memory, newest first; a page may hold fewer than `limit`. Operators and above. Throws as `getMemory`. */
export const listMemoryChanges = rpc(
  "memory",
  "history",
  "memory",
  z.object({ ...ofPerson, ...page }),
  z.object({ data: z.array(memoryChange), nextCursor: z.string().nullable() }),
);

/** Brings an earlier revision back. Editors and above. Idempotent by state. Throws as `getMemory`, `memory_revision_not_found`, `conflict`. */
export const undoMemory = rpc(
  "memory",
  "undo",
  "memory",
  z.object({ ...ofPerson, body: undoMemoryBody }),
  z.object({ memory: memoryView }),
);
