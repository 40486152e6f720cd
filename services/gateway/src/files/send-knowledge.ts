import { createHash } from "node:crypto";
import type { Bus } from "@parley/bus";
import { KNOWLEDGE_PART_BYTES, newId, type Principal, putKnowledgePart } from "@parley/contracts";

export interface KnowledgeUpload {
  uploadId: string;
  bytes: number;
  sha256: string;
}

/** Sends the content of a document to the memory service, one part at a time; the caller then turns it into a document. */
export async function sendKnowledge(bus: Bus, principal: Principal, content: Buffer): Promise<KnowledgeUpload> {
  const uploadId = newId();
  for (let from = 0, n = 0; from < content.length; from += KNOWLEDGE_PART_BYTES, n += 1) {
    const data = content.subarray(from, from + KNOWLEDGE_PART_BYTES).toString("base64");
    await bus.call(putKnowledgePart, { principal, uploadId, n, data });
  }
  return { uploadId, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}
