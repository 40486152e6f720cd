import { randomBytes } from "node:crypto";
import { newId } from "@parley/contracts";
import type { Secrets } from "@parley/secrets";
import type { NewKey } from "./repository.js";

/** Binds a sealed secret to its row, so that it cannot be moved to another tenant's key. */
export const keyAad = (at: { tenantId: string; id: string }): string => `api_keys:${at.tenantId}:${at.id}`;

/** A fresh signing key (256 random bits): the row to store, and the secret to show once. */
export function mintKey(
  secrets: Secrets,
  owner: Pick<NewKey, "tenantId" | "name" | "scopes" | "requireNonce">,
): { row: NewKey; secret: string } {
  const id = newId();
  const secret = randomBytes(32).toString("base64url");
  const keyId = `key_${randomBytes(9).toString("hex")}`;
  const secretSealed = secrets.seal(secret, keyAad({ tenantId: owner.tenantId, id }));
  return { row: { id, keyId, secretSealed, ...owner }, secret };
}
