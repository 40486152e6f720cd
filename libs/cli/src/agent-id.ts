import type { ParleyClient } from "@parley/client";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const isUuid = (text: string): boolean => UUID.test(text);

/** The id of an agent that is named by id or by name; an id is not looked up. Throws `ParleyError`. */
export async function agentIdOf(
  { transport }: Pick<ParleyClient, "transport">,
  { tenant, agent, signal }: { tenant: string; agent: string; signal: AbortSignal },
): Promise<string> {
  if (isUuid(agent)) return agent;
  const path = `/api/agents/${encodeURIComponent(agent)}`;
  const headers = { "x-tenant-id": tenant };
  return (await transport.json<{ id: string }>({ method: "GET", path, headers, signal })).id;
}
