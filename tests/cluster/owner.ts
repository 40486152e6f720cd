import { randomUUID } from "node:crypto";
import { type ApiClient, createBearerClient, createSignedClient, eventually } from "@parley/testkit";
import type { Cluster } from "./cluster.js";

/** A tenant of a cluster with its owner's token, and the callers a suite needs. */
export interface Tenant {
  id: string;
  ownerToken: string;
  /** The owner, by token. */
  owner: ApiClient;
  /** The operator-wide default key. */
  signed: ApiClient;
}

/** Makes a tenant through the API. Waits until the services behind a gateway that has just started are found. */
export async function createTenant(cluster: Pick<Cluster, "gateways" | "apiKey">, name: string): Promise<Tenant> {
  const signed = createSignedClient({ bases: cluster.gateways, key: cluster.apiKey });
  const made = await eventually(
    async () => {
      // With a nonce: two tenants of one name in one second would be one signed request, sent twice.
      const options = { nonce: randomUUID() };
      const answer = await signed.call<{ id: string; admin_token: string }>("POST", "/api/tenants", { name }, options);
      if (answer.status !== 201) throw new Error(`no tenant: ${answer.status} ${answer.text}`);
      return answer.body;
    },
    { timeoutMs: 20_000, intervalMs: 200 },
  );
  const owner = createBearerClient({ bases: cluster.gateways, token: made.admin_token });
  return { id: made.id, ownerToken: made.admin_token, owner, signed };
}

/** Imports and activates a document; answers the agent's id. */
export async function importAgent(tenant: Tenant, slug: string, document: unknown): Promise<string> {
  return eventually(
    async () => {
      const body = { document, activate: true };
      const answer = await tenant.owner.call<{ agent_id: string }>("POST", `/api/agents/${slug}/import`, body);
      if (answer.status !== 200) throw new Error(`not imported: ${answer.status} ${answer.text}`);
      return answer.body.agent_id;
    },
    { timeoutMs: 20_000, intervalMs: 200 },
  );
}

export interface MadeLink {
  id: string;
  token: string;
  url: string;
}

/** Makes a public link. Throws with the answer when it is refused. */
export async function createLink(tenant: Tenant, slug: string, body: Record<string, unknown>): Promise<MadeLink> {
  const answer = await tenant.owner.call<MadeLink>("POST", `/api/agents/${slug}/public-links`, body);
  if (answer.status !== 201) throw new Error(`no link: ${answer.status} ${answer.text}`);
  return answer.body;
}
