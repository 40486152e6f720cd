import { AppError, type getKnowledge as contract, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { KnowledgeDeps } from "./deps.js";
import { findDocument, knowledgeAgent, readChunks, withEmbedder } from "./repository.js";

const PAGE = 100;

/** One revision and its chunks, one page at a time. A read. Throws `agent_not_found`, `document_not_found`. */
export const getKnowledge =
  (deps: KnowledgeDeps) =>
  (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> =>
    deps.db.tenant(tenantOf(input.principal), async (trx) => {
      const agent = await knowledgeAgent(trx, input.agent);
      const document = await findDocument(trx, { agentId: agent.id, id: input.id });
      if (document === null) throw new AppError("document_not_found");
      const rows = await readChunks(trx, { documentId: document.id, after: input.after, limit: PAGE + 1 });
      const passages = rows.slice(0, PAGE);
      return {
        document: withEmbedder(document, deps.embedder),
        passages,
        next: rows.length > PAGE ? (passages.at(-1)?.n ?? null) : null,
      };
    });
