import { AppError, type deleteKnowledge as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { KnowledgeDeps } from "./deps.js";
import { deleteDocument, findDocument, knowledgeAgent } from "./repository.js";

/**
 * Removes a document with all its revisions from all versions at once: an owner who removes a text wants it gone. Idempotent by state: a
 * second call gets `document_not_found`.
 */
export const deleteKnowledge =
  (deps: KnowledgeDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    await deps.db.tenant(tenantOf(input.principal), async (trx) => {
      const agent = await knowledgeAgent(trx, input.agent, { lock: true });
      const document = await findDocument(trx, { agentId: agent.id, id: input.id });
      if (document === null) throw new AppError("document_not_found");
      await deleteDocument(trx, { agentId: agent.id, name: document.name });
    });
    return { deleted: true };
  };
