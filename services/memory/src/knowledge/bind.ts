import type { Bus } from "@parley/bus";
import * as contracts from "@parley/contracts";
import { logLevelFor } from "@parley/db";
import { startPoll } from "@parley/jobs";
import { createChunkReader } from "../chunk-reader.js";
import { addKnowledge } from "./add-knowledge.js";
import { deleteKnowledge } from "./delete-knowledge.js";
import type { KnowledgeDeps } from "./deps.js";
import { embedDocuments } from "./embed-documents.js";
import { getKnowledge } from "./get-knowledge.js";
import { listKnowledge } from "./list-knowledge.js";
import { putKnowledgePart } from "./put-part.js";
import { retrieve } from "./retrieve.js";
import { searchKnowledge } from "./search-knowledge.js";

/** Binds the knowledge base's messages and starts the loop that embeds documents. Bindings only. */
export function bindKnowledge(
  given: Omit<KnowledgeDeps, "onAdded" | "reader"> & { bus: Bus },
  pollSeconds: number,
): { stop(): Promise<void> } {
  const poll = startPoll({
    intervalMs: pollSeconds * 1_000,
    async round(signal) {
      while (!signal.aborted && (await embedDocuments(given, signal)));
    },
    onError: (error) => given.logger[logLevelFor(error)]({ err: error }, "knowledge.poll_failed"),
  });
  const deps: KnowledgeDeps = {
    ...given,
    reader: createChunkReader(),
    // An owner who has just added a document should not have to wait for the pause to end.
    onAdded: () => poll.soon(),
  };
  given.bus.serve(contracts.retrieve, retrieve(deps));
  given.bus.serve(contracts.searchKnowledge, searchKnowledge(deps));
  given.bus.serve(contracts.putKnowledgePart, putKnowledgePart(deps));
  given.bus.serve(contracts.addKnowledge, addKnowledge(deps), { maxInFlight: 16 });
  given.bus.serve(contracts.listKnowledge, listKnowledge(deps));
  given.bus.serve(contracts.getKnowledge, getKnowledge(deps));
  given.bus.serve(contracts.deleteKnowledge, deleteKnowledge(deps));
  return {
    async stop() {
      deps.reader.stop();
      await poll.stop();
    },
  };
}
