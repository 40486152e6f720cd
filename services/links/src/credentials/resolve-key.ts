import type { resolveKey as contract } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { grantOf } from "./key-scopes.js";
import { keyById, touchCredential } from "./repository.js";
import { keyAad } from "./sealed-key.js";

/** Key material for the gateway's signature check; null = unknown, revoked or retired. A read, except for recording the last use. */
export const resolveKey =
  (deps: LinksDeps) =>
  async ({ keyId }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const row = await keyById(deps.db, keyId);
    if (row === null) return { key: null };
    const at = { tenantId: row.tenant_id, id: row.id };
    touchCredential(deps.db, "api_keys", at).catch((error: unknown) =>
      deps.logger.warn({ err: error }, "credential.touch_failed"),
    );
    const { role, scopes } = grantOf(row.scopes);
    return {
      key: {
        secret: deps.secrets.open(row.secret_sealed, keyAad(at)),
        principal: { tenantId: row.tenant_id, role, via: "hmac", id: row.id },
        ...(scopes === undefined ? {} : { scopes }),
        ...(row.require_nonce ? { requireNonce: true } : {}),
      },
    };
  };
