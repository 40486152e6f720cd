import * as contracts from "@parley/contracts";
import type { AgentsDeps } from "../deps.js";
import type { importAgent } from "../handlers/import-agent.js";
import { deleteOwnDraft, saveOwnDraft } from "./change-draft.js";
import { publishOwnDraft } from "./publish-draft.js";
import { getOwnDraft, listAgentDrafts, listOwnSaves } from "./read-drafts.js";

/** Serves the drafts of agents' documents. */
export function bindDrafts(deps: AgentsDeps, importOne: ReturnType<typeof importAgent>): void {
  deps.bus.serve(contracts.listDrafts, listAgentDrafts(deps));
  deps.bus.serve(contracts.getDraft, getOwnDraft(deps));
  deps.bus.serve(contracts.saveDraft, saveOwnDraft(deps));
  deps.bus.serve(contracts.deleteDraft, deleteOwnDraft(deps));
  deps.bus.serve(contracts.listDraftSaves, listOwnSaves(deps));
  deps.bus.serve(contracts.publishDraft, publishOwnDraft(deps, importOne));
}
