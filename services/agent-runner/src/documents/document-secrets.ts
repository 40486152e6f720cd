import { AppError, type FieldError, hasRole, type Principal, tenantOf } from "@parley/contracts";
import { openDocumentSecret, type Secrets, sealDocumentSecret } from "@parley/secrets";

/** Shown instead of a secret to anybody who may not see it; in an imported document: keep the secret of the newest version. */
const MASK = "••••";
/** Headers that carry credentials, whatever the service at the other end calls them. */
const SECRET_HEADER = /authorization|cookie|token|secret|passw|credential|signature|session|key$|^x-(api|auth)\b/i;

/** A text that only names a secret of the agent, with or without a scheme before it: there is nothing to hide in it. */
const REFERENCE = /^(?:(?:bearer|basic|token|apikey|key) +)?\{\{\s*secret\.[A-Za-z][\w-]{0,63}\s*\}\}$/i;

export interface SecretPlace {
  /** Identifies list items by their ids, so that a node keeps its secret when another is inserted before it. */
  path: string;
  /** Leads from the document's root to the value. */
  keys: (string | number)[];
  /** Scheme, host and port that the value is sent to; the whole text where these contain variables. */
  server: string;
}
type Change = (value: string, place: SecretPlace) => string;
type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The document as it is stored: its secrets sealed. */
export const sealDocument = (secrets: Secrets, tenantId: string, document: unknown): unknown =>
  withSecrets(document, (value) => sealDocumentSecret(secrets, tenantId, value));

/** The document as its author wrote it. */
export const openDocument = (secrets: Secrets, tenantId: string, stored: unknown): unknown =>
  withSecrets(stored, (value) => openDocumentSecret(secrets, tenantId, value));

/** A stored document for a reader; anybody who may not manage its secrets sees masks. */
export const shownDocument = (secrets: Secrets, principal: Principal, stored: unknown): unknown =>
  hasRole(principal.role, "admin")
    ? openDocument(secrets, tenantOf(principal), stored)
    : withSecrets(stored, () => MASK);

/** Whether a document contains a secret value or its mask; the name of a secret does not count. */
export function holdsSecrets(document: unknown): boolean {
  let holds = false;
  withSecrets(document, (value) => {
    holds = true;
    return value;
  });
  return holds;
}

/** Whether an imported document asks to keep a secret. */
export function asksToKeep(document: unknown): boolean {
  let asks = false;
  withSecrets(document, (value) => {
    asks ||= value === MASK;
    return value;
  });
  return asks;
}

/**
 * Replaces each masked secret with the value at the same place in the newest version, so that an export can be changed and imported
 * again. `stored` null = there is no version. Somebody who may not see a secret must not send it to a server of their own, so it is kept
 * for the same server only. Throws `invalid_document` when no secret is stored there.
 */
export function keepSecrets(
  secrets: Secrets,
  tenantId: string,
  { document, stored }: { document: unknown; stored: unknown },
): unknown {
  const kept = new Map<string, string>();
  withSecrets(openDocument(secrets, tenantId, stored), (value, { path, server }) => {
    kept.set(`${server} ${path}`, value);
    return value;
  });
  const errors: FieldError[] = [];
  const filled = withSecrets(document, (value, { path, server }) => {
    if (value !== MASK) return value;
    const known = kept.get(`${server} ${path}`);
    if (known === undefined) {
      const message = "is masked, and the newest version keeps no secret here for this server; give its value";
      errors.push({ pointer: `/document${path}`, rule: "masked", message });
    }
    return known ?? value;
  });
  if (errors.length > 0) throw new AppError("invalid_document", { errors });
  return filled;
}

/** The document with each of its secrets replaced: the values in `webhook.auth`, and headers that carry credentials. */
export function withSecrets(document: unknown, change: Change): unknown {
  return walk(document, { path: "", keys: [] }, change);
}

type At = Omit<SecretPlace, "server">;

function walk(value: unknown, at: At, change: Change): unknown {
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => walk(item, below(at, index, idOf(item) ?? String(index)), change));
  }
  if (!isFields(value)) return value;
  return mapFields(value, (key, inner) => {
    const inside = below(at, key, key);
    if ((key !== "auth" && key !== "headers") || !isFields(inner)) return walk(inner, inside, change);
    const isSecret = (name: string): boolean => (key === "auth" ? name !== "type" : SECRET_HEADER.test(name));
    return mapFields(inner, (name, held) =>
      typeof held === "string" && held !== "" && !REFERENCE.test(held) && isSecret(name)
        ? change(held, { ...below(inside, name, name), server: serverOf(value.url) })
        : held,
    );
  });
}

const below = ({ path, keys }: At, key: string | number, name: string): At => ({
  path: `${path}/${name}`,
  keys: [...keys, key],
});

const idOf = (item: unknown): string | null => (isFields(item) && typeof item.id === "string" ? item.id : null);

const serverOf = (url: unknown): string =>
  typeof url === "string" ? (/^[a-z]+:\/\/[^/?#\\]+(?=[/?#]|$)/i.exec(url)?.[0] ?? url) : "";

/** Handles keys like `__proto__`, which a document may have. */
function mapFields(fields: Fields, change: (key: string, value: unknown) => unknown): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, change(key, value)]));
}
