export { actionSecretAad } from "./action-secret.js";
export { agentDraftAad } from "./agent-draft.js";
export { agentSecretAad } from "./agent-secret.js";
export { consentHash } from "./consent-hash.js";
export { documentAad, openDocumentSecret, sealDocumentSecret } from "./document-secret.js";
export { memoryAddressAad, type Subject, subjectOf } from "./memory-subject.js";
export type { Secrets } from "./secrets.js";
export { busKeys, createSecrets } from "./secrets.js";
export { parseToken } from "./token.js";
