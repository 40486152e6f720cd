import type { retrieve as contract } from "@parley/contracts";
import type { z } from "zod";
import type { KnowledgeDeps } from "./deps.js";
import { searchPassages } from "./search-passages.js";

/** Part of the two seconds that a turn waits; the rest is for the search itself. */
const EMBED_MS = 1_000;

/** Passages for one answer. A read. */
export const retrieve =
  (deps: KnowledgeDeps) =>
  ({
    tenantId,
    agentId,
    version,
    query,
    embed,
  }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> =>
    searchPassages(deps, { tenantId, agentId, version }, query, {
      ...{ timeoutMs: EMBED_MS, purpose: "retrieval", embed },
    });
