import type { resolveLink as contract } from "@parley/contracts";
import type { z } from "zod";
import { linkByTokenId } from "../credentials/repository.js";
import type { LinksDeps } from "../deps.js";
import type { AgentsShown } from "./agents.js";
import { policyOf } from "./link-row.js";
import { findUsableLink } from "./repository.js";

type Output = z.input<typeof contract.response>;

/**
 * The policy behind a link token. A read. Unknown, wrong secret, disabled, deleted and expired are one statement and one
 * comparison each, so that neither content nor timing distinguishes them; only a caller who proved to hold the link gets `expired`.
 */
export const resolveLink =
  (deps: LinksDeps, agentShown: AgentsShown) =>
  async (input: z.output<typeof contract.request>): Promise<Output> => {
    const known = await linkByTokenId(deps.db, input.id);
    const genuine = deps.secrets.verify(input.secret, known?.token_hash ?? NO_HASH);
    if (!known || !genuine || !known.is_active) return { status: "unavailable" };
    if (known.is_expired) return { status: "expired", friendly: known.friendly_errors };
    const row = await deps.db.tenant(known.tenant_id, (trx) => findUsableLink(trx, known.id));
    if (row === null) return { status: "unavailable" };
    return { status: "ok", policy: policyOf(row, await agentShown(row.tenant_id, row.agent_id)) };
  };

/** Compared against when there is nothing to compare with, so that an unknown id costs the same. */
const NO_HASH = Buffer.alloc(32);
