/** Binds the sealed secret of a tenant's `webhook:` actions to its tenant; the sessions service seals it, the agent-runner signs with it. */
export const actionSecretAad = (tenantId: string): string => `webhook-actions:${tenantId}`;
