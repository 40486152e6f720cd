import {
  AppError,
  deleteDraft,
  deleted,
  draftEntry,
  draftSave,
  draftView,
  getDraft,
  importedAgent,
  listDraftSaves,
  listDrafts,
  publishDraft,
  publishDraftBody,
  saveDraft,
  saveDraftBody,
} from "@parley/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { agentParams, draftSaveParams } from "../params.js";
import { DELETED, LONG_BODY_BYTES, ownerRoute } from "./owner-route.js";

/** Who works on an agent: their drafts without the texts. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/drafts",
  summary: "List the drafts of an agent",
  description: "Newest first, at most 200. Only the author can read the text.",
  role: "editor",
  params: agentParams,
  answers: { 200: z.object({ data: z.array(draftEntry) }) },
  handle: async ({ principal, params }, { bus }) => bus.call(listDrafts, { principal, ...params }),
});

const getRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/drafts/me",
  summary: "Get your draft of an agent",
  description: "`ETag` holds its revision, for `If-Match` of the next save.",
  role: "editor",
  params: agentParams,
  answers: { 200: draftView },
  handle: async ({ principal, params, reply }, { bus }) => {
    const { draft } = await bus.call(getDraft, { principal, ...params });
    tag(reply, draft.revision);
    return draft;
  },
});

/** Saves a draft as it is in the editor. Idempotent by state. */
const saveRoute = ownerRoute({
  method: "PUT",
  path: "/agents/:agent/drafts/me",
  summary: "Save your draft of an agent",
  description:
    "`If-Match` names the revision that you have seen; without it there must be no draft yet. Else 412 `draft_changed` with the newer `draft`.",
  role: "editor",
  params: agentParams,
  body: saveDraftBody,
  bodyLimit: LONG_BODY_BYTES,
  answers: { 200: draftEntry },
  handle: async ({ principal, params, body, request, reply }, { bus }) => {
    const { text, base_version: baseVersion } = body;
    const call = { principal, ...params, text, baseVersion, expected: expectedOf(request) };
    const { draft } = await bus.call(saveDraft, call);
    tag(reply, draft.revision);
    return draft;
  },
});

const deleteRoute = ownerRoute({
  method: "DELETE",
  path: "/agents/:agent/drafts/me",
  summary: "Delete your draft of an agent",
  role: "editor",
  params: agentParams,
  records: ({ agent }) => ({ action: "agent_draft.deleted", targetType: "agent", targetId: agent }),
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => {
    await bus.call(deleteDraft, { principal, ...params });
    return DELETED;
  },
});

const savesRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/drafts/me/saves",
  summary: "List earlier states of your draft",
  description: "The newest 20, at least a minute apart, newest first.",
  role: "editor",
  params: agentParams,
  answers: { 200: z.object({ data: z.array(draftSave) }) },
  handle: async ({ principal, params }, { bus }) => bus.call(listDraftSaves, { principal, ...params }),
});

const saveTextRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/drafts/me/saves/:revision",
  summary: "Get an earlier state of your draft",
  role: "editor",
  params: draftSaveParams,
  answers: { 200: draftSave },
  handle: async ({ principal, params }, { bus }) => {
    const { data } = await bus.call(listDraftSaves, { principal, ...params });
    const [save] = data;
    if (save === undefined) throw new AppError("draft_not_found");
    return save;
  },
});

/** Publishes the caller's own draft as a version. Idempotent by `Idempotency-Key`, else by the signature. */
const publishRoute = ownerRoute({
  method: "POST",
  path: "/agents/:agent/drafts/me/publish",
  summary: "Publish your draft of an agent",
  description:
    "409 `base_changed` when another version went live since the draft was begun; 409 `tests_not_green` as an activation. Drafts of others are no part of it.",
  role: "editor",
  config: { repeatable: true },
  params: agentParams,
  body: publishDraftBody,
  answers: { 201: importedAgent },
  handle: async ({ principal, params, body, repeatable, markReplay }, { bus }) => {
    const { revision, activate, notes = null, override_reason: overrideReason } = body;
    const call = { principal, ...params, revision, activate, notes, overrideReason, ...repeatable };
    const { replayed, ...made } = await bus.call(publishDraft, call);
    markReplay(replayed);
    return made;
  },
});

const tag = (reply: FastifyReply, revision: number): void => void reply.header("etag", `"${revision}"`);

/** The revision of `If-Match`; 0 without it. An invalid value matches no revision. */
function expectedOf({ headers }: FastifyRequest): number {
  const given = headers["if-match"];
  if (given === undefined) return 0;
  return Number(/^"([1-9]\d{0,8})"$/.exec(given.trim())?.[1] ?? -1);
}

export const draftRoutes = [listRoute, getRoute, saveRoute, deleteRoute, savesRoute, saveTextRoute, publishRoute];
