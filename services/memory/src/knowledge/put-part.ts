import { type putKnowledgePart as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { KnowledgeDeps } from "./deps.js";
import { putPart } from "./repository.js";

/** Stores a part of a document upload. Idempotent by (upload, n). */
export const putKnowledgePart =
  (deps: KnowledgeDeps) =>
  async ({
    principal,
    uploadId,
    n,
    data,
  }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(principal, "editor");
    await putPart(deps.db, { tenantId: tenantOf(principal), uploadId, n, data: Buffer.from(data, "base64") });
    return {};
  };
