import { type listKnowledge as contract, tenantOf, timeCursor } from "@parley/contracts";
import type { z } from "zod";
import type { KnowledgeDeps } from "./deps.js";
import { listIngestions } from "./ingestion-repository.js";
import { knowledgeAgent, listDocuments, withEmbedder } from "./repository.js";

/** Documents that the newest version sees, newest first. A read. Throws `agent_not_found`. */
export const listKnowledge =
  (deps: KnowledgeDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const before = input.cursor === undefined ? null : timeCursor.decode(input.cursor);
    const { rows, ingesting } = await deps.db.tenant(tenantOf(input.principal), async (trx) => {
      const { id: agentId } = await knowledgeAgent(trx, input.agent);
      const rows = await listDocuments(trx, { agentId, limit: input.limit + 1, before });
      return { rows, ingesting: before === null ? await listIngestions(trx, agentId) : [] };
    });
    const data = rows.slice(0, input.limit);
    const last = rows.length > input.limit ? data.at(-1) : undefined;
    return {
      data: data.map(({ position: _, ...document }) => withEmbedder(document, deps.embedder)),
      nextCursor: last ? timeCursor.encode({ createdAt: last.position, id: last.id }) : null,
      ingesting,
    };
  };
