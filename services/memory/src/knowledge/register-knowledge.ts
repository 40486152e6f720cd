import type { Bus } from "@parley/bus";
import * as contracts from "@parley/contracts";
import { loudnessOf } from "@parley/db";
import { createChunkReader } from "../chunk-reader.js";
import { createPoll } from "../poll.js";
import type { KnowledgeDeps } from "./deps.js";
import { embedDocuments } from "./embed-documents.js";
import { addKnowledge } from "./handlers/add-knowledge.js";
import { deleteKnowledge } from "./handlers/delete-knowledge.js";
import { getKnowledge } from "./handlers/get-knowledge.js";
import { listKnowledge } from "./handlers/list-knowledge.js";
import { putKnowledgePart } from "./handlers/put-part.js";
import { retrieve } from "./handlers/retrieve.js";
import { searchKnowledge } from "./handlers/search-knowledge.js";

/** Binds the knowledge base's messages and starts the round that gives documents their vectors. Bindings only. */
export function registerKnowledge(
  given: Omit<KnowledgeDeps, "onAdded" | "reader"> & { bus: Bus },
  pollSeconds: number,
): { stop(): Promise<void> } {
  const poll = createPoll({
    intervalMs: pollSeconds * 1_000,
    async round(signal) {
      while (!signal.aborted && (await embedDocuments(given, signal)));
    },
    onError: (error) => given.logger[loudnessOf(error)]({ err: error }, "knowledge.poll_failed"),
  });
  const soon = new AbortController();
  let working = Promise.resolve();
  const deps: KnowledgeDeps = {
    ...given,
    reader: createChunkReader(),
    // The poll would come to it too; an owner who has just added a document need not wait for that.
    onAdded() {
      working = working
        .then(() => embedDocuments(given, soon.signal))
        .then(
          () => undefined,
          (error: unknown) => given.logger[loudnessOf(error)]({ err: error }, "knowledge.embedding_deferred"),
        );
    },
  };
  given.bus.serve(contracts.retrieve, retrieve(deps));
  given.bus.serve(contracts.searchKnowledge, searchKnowledge(deps));
  given.bus.serve(contracts.putKnowledgePart, putKnowledgePart(deps));
  given.bus.serve(contracts.addKnowledge, addKnowledge(deps), { maxInFlight: 16 });
  given.bus.serve(contracts.listKnowledge, listKnowledge(deps));
  given.bus.serve(contracts.getKnowledge, getKnowledge(deps));
  given.bus.serve(contracts.deleteKnowledge, deleteKnowledge(deps));
  poll.start();
  return {
    async stop() {
      soon.abort();
      deps.reader.stop();
      await poll.stop();
      await working;
    },
  };
}
