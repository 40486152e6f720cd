import type { verifyToken as contract } from "@parley/contracts";
import { parseToken } from "@parley/secrets";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { tokenById, touchCredential } from "./repository.js";

/** Compared against when the id is unknown, so that it costs the same as a wrong secret. */
const NO_HASH = Buffer.alloc(32);

/** The holder of a management token; null for anything but a live one. A read, except for recording the last use. */
export const verifyToken =
  (deps: LinksDeps) =>
  async ({ token }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const parsed = parseToken("api", token);
    if (parsed === null) return { principal: null };
    const row = await tokenById(deps.db, parsed.id);
    if (!deps.secrets.verify(parsed.secret, row?.token_hash ?? NO_HASH) || row === null) return { principal: null };
    const at = { tenantId: row.tenant_id, id: row.id };
    touchCredential(deps.db, "api_tokens", at).catch((error: unknown) =>
      deps.logger.warn({ err: error }, "credential.touch_failed"),
    );
    return { principal: { tenantId: row.tenant_id, role: row.role, via: "token", id: row.id } };
  };
