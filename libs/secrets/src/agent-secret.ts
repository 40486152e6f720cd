/** Binds a secret of an agent to its tenant, its agent and its name, so that a sealed value cannot stand in for another. */
export const agentSecretAad = (at: { tenantId: string; agentId: string; name: string }): string =>
  `agent-secret:${at.tenantId}:${at.agentId}:${at.name}`;
