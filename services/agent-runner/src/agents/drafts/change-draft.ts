import { createHash } from "node:crypto";
import { AppError, type deleteDraft, requireRole, type saveDraft, tenantOf } from "@parley/contracts";
import { agentDraftAad } from "@parley/secrets";
import type { z } from "zod";
import { authorOf } from "../caller.js";
import type { AgentsDeps } from "../deps.js";
import { openDraft, requireAgent } from "./read-drafts.js";
import { entryOf, findDraft, removeDraft, saveDraft as save } from "./repository.js";

/**
 * Saves the caller's draft as the page sent it, even when it is invalid. Idempotent by state: an unchanged draft is not written
 * again. Throws `agent_not_found`, and `draft_changed` with the newer text when the draft changed since the page loaded it.
 */
export const saveOwnDraft =
  (deps: AgentsDeps) =>
  async (input: z.output<typeof saveDraft.request>): Promise<z.input<typeof saveDraft.response>> => {
    const { principal, text, baseVersion, expected } = input;
    requireRole(principal, "editor");
    const [tenantId, author] = [tenantOf(principal), authorOf(principal)];
    return deps.db.tenant(tenantId, async (trx) => {
      const { id: agentId } = await requireAgent(trx, input.agent);
      const at = { tenantId, agentId, author };
      const hash = createHash("sha256").update(text).digest("hex");
      const sealed = deps.secrets.seal(text, agentDraftAad(at));
      const done = await save(trx, { ...at, expected, baseVersion, sealed, hash });
      if (done.saved) return { draft: entryOf({ ...done, author, base_version: baseVersion }, author) };
      const newer = await findDraft(trx, at);
      const extra = newer && { ...entryOf(newer, author), text: openDraft(deps, at, newer) };
      throw new AppError("draft_changed", { extra: { draft: extra } });
    });
  };

/** Deletes the caller's draft with its history. Idempotent by state: a second call gets `draft_not_found`. */
export const deleteOwnDraft =
  (deps: AgentsDeps) =>
  async (input: z.output<typeof deleteDraft.request>): Promise<z.input<typeof deleteDraft.response>> => {
    requireRole(input.principal, "editor");
    const author = authorOf(input.principal);
    return deps.db.tenant(tenantOf(input.principal), async (trx) => {
      const { id: agentId } = await requireAgent(trx, input.agent);
      if (!(await removeDraft(trx, { agentId, author }))) throw new AppError("draft_not_found");
      return { deleted: true };
    });
  };
