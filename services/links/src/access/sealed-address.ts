import type { Secrets } from "@parley/secrets";

/** An address that is shown to its owner again, sealed for one agent, so that it cannot be moved to another one's list. */
export const sealAddress = (secrets: Pick<Secrets, "seal">, at: Place, email: string): string =>
  secrets.seal(email, aad(at));

export const openAddress = (secrets: Pick<Secrets, "open">, at: Place, sealed: string): string =>
  secrets.open(sealed, aad(at));

interface Place {
  tenantId: string;
  agentId: string;
}

const aad = (at: Place): string => `agent_access:${at.tenantId}:${at.agentId}`;
