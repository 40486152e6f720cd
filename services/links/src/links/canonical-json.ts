import { createHash } from "node:crypto";

/** JSON with sorted keys: a client that repeats a request may order its fields otherwise. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** What makes two calls of one kind the same: the agent they are for, and their body. */
export const requestFingerprint = (agentId: string, body: unknown): string =>
  createHash("sha256").update(agentId).update(canonicalJson(body)).digest("hex");
