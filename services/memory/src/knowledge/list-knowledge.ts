import { AppError, type listKnowledge as contract, tenantOf } from "@parley/contracts";
import { z } from "zod";
import type { KnowledgeDeps } from "./deps.js";
import { listIngestions } from "./ingestion-repository.js";
import { knowledgeAgent, listDocuments, withEmbedder } from "./repository.js";

const position = z.tuple([z.iso.datetime(), z.uuid()]);

/** Documents that the newest version sees, newest first. A read. Throws `agent_not_found`. */
export const listKnowledge =
  (deps: KnowledgeDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const before = input.cursor === undefined ? null : decode(input.cursor);
    const { rows, ingesting } = await deps.db.tenant(tenantOf(input.principal), async (trx) => {
      const { id: agentId } = await knowledgeAgent(trx, input.agent);
      const rows = await listDocuments(trx, { agentId, limit: input.limit + 1, before });
      return { rows, ingesting: before === null ? await listIngestions(trx, agentId) : [] };
    });
    const data = rows.slice(0, input.limit);
    const last = rows.length > input.limit ? data.at(-1) : undefined;
    const nextCursor = last && Buffer.from(JSON.stringify([last.position, last.id])).toString("base64url");
    return {
      data: data.map(({ position: _, ...document }) => withEmbedder(document, deps.embedder)),
      nextCursor: nextCursor ?? null,
      ingesting,
    };
  };

function decode(cursor: string): { at: string; id: string } {
  try {
    const [at, id] = position.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    return { at, id };
  } catch (cause) {
    throw new AppError("validation_failed", {
      cause,
      errors: [{ pointer: "query/cursor", rule: "cursor", message: "is not a cursor of this list" }],
    });
  }
}
