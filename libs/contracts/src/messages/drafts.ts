import { z } from "zod";
import { rpc } from "../declare.js";
import { importedAgent } from "../http/agents.js";
import { draftEntry, draftSave, draftView } from "../http/drafts.js";
import { principal, repeatableRequest, replayable } from "./callers.js";

const ofAgent = { principal, agent: z.string() };
const revision = z.number().int();

/** The drafts of an agent, newest first, at most 200, without their texts. */
export const listDrafts = rpc(
  "agents",
  "drafts",
  "agent-runner",
  z.object(ofAgent),
  z.object({ data: z.array(draftEntry) }),
);

export const getDraft = rpc("agents", "draft", "agent-runner", z.object(ofAgent), z.object({ draft: draftView }));

/** `expected`: the revision that the caller has seen, 0 = none. Another one is `draft_changed`. */
export const saveDraft = rpc(
  "agents",
  "save_draft",
  "agent-runner",
  z.object({ ...ofAgent, text: z.string(), baseVersion: z.number().int().nullable(), expected: revision }),
  z.object({ draft: draftEntry }),
);

export const deleteDraft = rpc(
  "agents",
  "delete_draft",
  "agent-runner",
  z.object(ofAgent),
  z.object({ deleted: z.literal(true) }),
);

/** Earlier saves of the caller's draft, newest first; with `revision` that one alone, with its text. */
export const listDraftSaves = rpc(
  "agents",
  "draft_saves",
  "agent-runner",
  z.object({ ...ofAgent, revision: revision.optional() }),
  z.object({ data: z.array(draftSave) }),
);

/** Makes a version of the caller's draft, unless another version went live since it was begun: `base_changed`. */
export const publishDraft = rpc(
  "agents",
  "publish_draft",
  "agent-runner",
  z.object({
    ...ofAgent,
    revision,
    activate: z.boolean(),
    notes: z.string().nullable(),
    overrideReason: z.string().optional(),
    ...repeatableRequest,
  }),
  importedAgent.extend(replayable),
  30_000,
);
