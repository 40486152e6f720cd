import type { ParleyClient } from "@parley/client";
import { inTenant } from "./in-tenant.js";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const isUuid = (text: string): boolean => UUID.test(text);

/** The id of an agent given by id or by name; an id is not looked up. Throws `ParleyError`. */
export async function agentIdOf(
  { transport }: Pick<ParleyClient, "transport">,
  { tenant, agent, signal }: { tenant: string; agent: string; signal: AbortSignal },
): Promise<string> {
  if (isUuid(agent)) return agent;
  const path = `/api/agents/${encodeURIComponent(agent)}`;
  return (await inTenant(transport, tenant).json<{ id: string }>({ method: "GET", path, signal })).id;
}
