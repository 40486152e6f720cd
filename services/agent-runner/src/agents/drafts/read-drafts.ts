import {
  AppError,
  type getDraft,
  type listDraftSaves,
  type listDrafts,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import { agentDraftAad } from "@parley/secrets";
import type { z } from "zod";
import { authorOf } from "../caller.js";
import type { AgentsDeps } from "../deps.js";
import { type AgentRow, findAgent, type TenantTransaction } from "../repository/agents.js";
import { type DraftRow, entryOf, findDraft, listDrafts as readDrafts, savesOf } from "./repository.js";

type Input<C extends { request: z.ZodType }> = z.output<C["request"]>;
type Output<C extends { response: z.ZodType }> = z.input<C["response"]>;

export async function requireAgent(trx: TenantTransaction, name: string): Promise<AgentRow> {
  const agent = await findAgent(trx, name);
  if (agent === null) throw new AppError("agent_not_found");
  return agent;
}

export const openDraft = (deps: AgentsDeps, at: { tenantId: string; agentId: string }, row: DraftRow): string =>
  deps.secrets.open(row.text_sealed, agentDraftAad({ ...at, author: row.author }));

/** Who works on an agent. A read. Throws `agent_not_found`. */
export const listAgentDrafts =
  (deps: AgentsDeps) =>
  async ({ principal, agent: name }: Input<typeof listDrafts>): Promise<Output<typeof listDrafts>> => {
    requireRole(principal, "editor");
    return deps.db.tenant(tenantOf(principal), async (trx) => {
      const rows = await readDrafts(trx, (await requireAgent(trx, name)).id);
      return { data: rows.map((row) => entryOf(row, authorOf(principal))) };
    });
  };

/** The caller's own draft. A read. Throws `agent_not_found`, `draft_not_found`. */
export const getOwnDraft =
  (deps: AgentsDeps) =>
  async ({ principal, agent: name }: Input<typeof getDraft>): Promise<Output<typeof getDraft>> => {
    requireRole(principal, "editor");
    const [tenantId, author] = [tenantOf(principal), authorOf(principal)];
    return deps.db.tenant(tenantId, async (trx) => {
      const agent = await requireAgent(trx, name);
      const row = await findDraft(trx, { agentId: agent.id, author });
      if (row === null) throw new AppError("draft_not_found");
      const text = openDraft(deps, { tenantId, agentId: agent.id }, row);
      return { draft: { ...entryOf(row, author), text, live_version: agent.active_version } };
    });
  };

/** Earlier states of the caller's own draft. A read. Throws `agent_not_found`, `draft_not_found`. */
export const listOwnSaves =
  (deps: AgentsDeps) =>
  async ({
    principal,
    agent: name,
    revision,
  }: Input<typeof listDraftSaves>): Promise<Output<typeof listDraftSaves>> => {
    requireRole(principal, "editor");
    const [tenantId, author] = [tenantOf(principal), authorOf(principal)];
    return deps.db.tenant(tenantId, async (trx) => {
      const { id: agentId } = await requireAgent(trx, name);
      const rows = (await savesOf(trx, { agentId, author })).filter(
        (row) => revision === undefined || row.revision === revision,
      );
      if (rows.length === 0 && revision !== undefined) throw new AppError("draft_not_found");
      return {
        data: rows.map((row) => ({
          ...{ revision: row.revision, base_version: row.base_version, saved_at: row.saved_at.toISOString() },
          ...(revision === undefined ? {} : { text: openDraft(deps, { tenantId, agentId }, row) }),
        })),
      };
    });
  };
