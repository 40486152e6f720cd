import { AppError, type publishDraft, requireRole, tenantOf } from "@parley/contracts";
import { recall } from "@parley/db";
import type { z } from "zod";
import { authorOf } from "../caller.js";
import type { AgentsDeps } from "../deps.js";
import type { importAgent } from "../handlers/import-agent.js";
import { openDraft, requireAgent } from "./read-drafts.js";
import { findDraft } from "./repository.js";

type Output = z.input<typeof publishDraft.response>;

/**
 * Publishes the caller's own draft, never anybody else's, as a version. The draft is deleted with it, unless it was saved again
 * meanwhile. Idempotent by the caller's key, else by the signature.
 * Throws `draft_not_found`, `draft_changed` when there is a newer save, `base_changed` when the live version is not the one the
 * draft is based on, and what an import throws.
 */
export const publishOwnDraft =
  (deps: AgentsDeps, importOne: ReturnType<typeof importAgent>) =>
  async (input: z.output<typeof publishDraft.request>): Promise<Output> => {
    const { principal, revision, activate, notes, overrideReason, idempotency, signature } = input;
    requireRole(principal, "editor");
    const [tenantId, author] = [tenantOf(principal), authorOf(principal)];
    const request = { tenantId, scope: "agents.publish_draft", repeatable: { idempotency, signature } };
    const before = await recall<Output>(deps.db, request);
    if (before !== null) return before;
    const draft = await deps.db.tenant(tenantId, async (trx) => {
      const { id: agentId } = await requireAgent(trx, input.agent);
      const row = await findDraft(trx, { agentId, author });
      if (row === null) throw new AppError("draft_not_found");
      if (row.revision !== revision) throw new AppError("draft_changed", { extra: { revision: row.revision } });
      return { agentId, base: row.base_version, text: openDraft(deps, { tenantId, agentId }, row) };
    });
    return importOne(
      { principal, agent: draft.agentId, document: draft.text, dryRun: false, activate, notes, overrideReason },
      request,
      { author, revision, base: draft.base },
    );
  };
