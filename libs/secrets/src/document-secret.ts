import type { Secrets } from "./secrets.js";

/** No secret of an author begins so by accident; one that does is sealed as any other. */
const SEALED = "sealed:";

/** Binds a secret of an agent document to its tenant. */
export const documentAad = (tenantId: string): string => `agent-document:${tenantId}`;

/** A secret of an agent document as it is stored. */
export const sealDocumentSecret = (secrets: Pick<Secrets, "seal">, tenantId: string, plain: string): string =>
  SEALED + secrets.seal(plain, documentAad(tenantId));

/**
 * Undoes `sealDocumentSecret`; a value that is not sealed is from before secrets were, and comes back as it is. Throws AppError("internal")
 * for a value of another tenant or key.
 */
export const openDocumentSecret = (secrets: Pick<Secrets, "open">, tenantId: string, stored: string): string =>
  stored.startsWith(SEALED) ? secrets.open(stored.slice(SEALED.length), documentAad(tenantId)) : stored;
