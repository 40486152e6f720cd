import { type searchKnowledge as contract, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { KnowledgeDeps } from "./deps.js";
import { knowledgeAgent } from "./repository.js";
import { searchPassages } from "./search-passages.js";

const EMBED_MS = 5_000;

/** What a turn would find, for the owner. A read. Throws `agent_not_found`. */
export const searchKnowledge =
  (deps: KnowledgeDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const tenantId = tenantOf(input.principal);
    const agent = await deps.db.tenant(tenantId, (trx) => knowledgeAgent(trx, input.agent));
    const place = { tenantId, agentId: agent.id, version: input.version ?? agent.latest };
    return searchPassages(deps, place, input.query, { timeoutMs: EMBED_MS, purpose: "search" });
  };
