/** Binds a draft to its tenant, its agent and its author: nobody reads it as another's. */
export const agentDraftAad = (at: { tenantId: string; agentId: string; author: string }): string =>
  `agent-draft:${at.tenantId}:${at.agentId}:${at.author}`;
