import type { AgentView } from "@parley/contracts";
import type { NamedRequest } from "@parley/db";
import type { LinksDeps } from "../deps.js";
import { requestFingerprint } from "./canonical-json.js";

interface Call {
  body: unknown;
  idempotencyKey?: string | undefined;
  signature?: string | null | undefined;
}

/**
 * The names under which the answer to a call about an agent's links is stored: its key, and its signature. The answer contains tokens, so
 * it is sealed: the table of keys must be as useless to a reader as that of the links.
 */
export function repeatableCall(
  { secrets }: Pick<LinksDeps, "secrets">,
  { idempotencyKey: key, signature, body }: Call,
  { tenantId, agent, scope }: { tenantId: string; agent: AgentView; scope: string },
): NamedRequest & { sealing: LinksDeps["secrets"] } {
  const idempotency = key === undefined ? null : { key, fingerprint: requestFingerprint(agent.id, body) };
  return { tenantId, scope, repeatable: { idempotency, signature }, sealing: secrets };
}
