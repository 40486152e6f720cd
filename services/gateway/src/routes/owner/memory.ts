import {
  type Act,
  deleted,
  forgetMemory,
  getMemory,
  listedMemory,
  listMemories,
  listMemoryChanges,
  memoryBody,
  memoryChange,
  memoryView,
  pageOf,
  setMemory,
  undoMemory,
  undoMemoryBody,
} from "@parley/contracts";
import { agentParams, pageQuery, personParams } from "../params.js";
import { DELETED, ownerRoute, wirePage } from "./owner-route.js";

/** Entries do not name the person, because they must remain when the person is forgotten. */
const memoryRead = ({ agent }: { agent: string }): Act => ({
  ...{ action: "memory.read", targetType: "memory" },
  targetId: agent,
});

/** Whom an agent remembers, newest change first. It contains addresses, hence the role. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/memory",
  summary: "List the memories of an agent",
  description: "Newest change first.",
  role: "operator",
  records: memoryRead,
  params: agentParams,
  query: pageQuery,
  answers: { 200: pageOf(listedMemory) },
  handle: async ({ principal, params, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listMemories, { principal, ...params, limit, cursor })),
});

/** What an agent remembers about a person. */
const getRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/memory/:email",
  summary: "Get the memory of a person",
  role: "operator",
  records: memoryRead,
  params: personParams,
  answers: { 200: memoryView },
  handle: async ({ principal, params }, { bus }) => (await bus.call(getMemory, { principal, ...params })).memory,
});

/** Changes what is remembered about a person. Idempotent by state. */
const setRoute = ownerRoute({
  method: "PUT",
  path: "/agents/:agent/memory/:email",
  summary: "Set the memory of a person",
  description:
    "What is left out stays as it was. Holds from the next message on, in running conversations too. With `revision` a change that was made meanwhile is not overwritten.",
  role: "editor",
  params: personParams,
  body: memoryBody,
  answers: { 200: memoryView },
  handle: async ({ principal, params, body }, { bus }) =>
    (await bus.call(setMemory, { principal, ...params, body })).memory,
});

/** Forgets a person. Idempotent by state: a second call is `memory_not_found`. */
const forgetRoute = ownerRoute({
  method: "DELETE",
  path: "/agents/:agent/memory/:email",
  summary: "Forget a person",
  description:
    "Deletes the texts and their history. What was said before is in no later summary; transcripts stay as they are.",
  role: "editor",
  params: personParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => {
    await bus.call(forgetMemory, { principal, ...params });
    return DELETED;
  },
});

/** Who changed what is remembered about a person, newest first. */
const historyRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/memory/:email/history",
  summary: "List the changes of a memory",
  description: "Newest first, the newest 50; a page holds at most 10.",
  role: "operator",
  records: memoryRead,
  params: personParams,
  query: pageQuery,
  answers: { 200: pageOf(memoryChange) },
  handle: async ({ principal, params, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listMemoryChanges, { principal, ...params, limit, cursor })),
});

/** Restores the texts of an earlier revision. Idempotent by state. */
const undoRoute = ownerRoute({
  method: "POST",
  path: "/agents/:agent/memory/:email/undo",
  summary: "Restore an earlier revision of a memory",
  description: "Its texts become a new revision, unless they are current already.",
  role: "editor",
  params: personParams,
  body: undoMemoryBody,
  answers: { 200: memoryView },
  handle: async ({ principal, params, body }, { bus }) =>
    (await bus.call(undoMemory, { principal, ...params, body })).memory,
});

export const memoryRoutes = [listRoute, getRoute, setRoute, forgetRoute, historyRoute, undoRoute];
