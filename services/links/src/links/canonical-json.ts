import { createHash } from "node:crypto";

/** JSON with sorted keys: a client that repeats a request may order its fields differently. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Calls of one kind with the same agent and body are the same request. */
export const requestFingerprint = (agentId: string, body: unknown): string =>
  createHash("sha256").update(agentId).update(canonicalJson(body)).digest("hex");
