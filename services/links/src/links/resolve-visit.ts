import type { resolveVisit as contract } from "@parley/contracts";
import type { z } from "zod";
import { visitByTokenId } from "../credentials/repository.js";
import type { LinksDeps } from "../deps.js";
import type { AgentsShown } from "./agents.js";
import { policyOf } from "./link-row.js";
import { findUsableLink } from "./repository.js";

type Output = z.input<typeof contract.response>;

/**
 * The session, the person and the link of a visitor's token. A read. Unknown ids and wrong secrets get the same answer after one
 * comparison each; only the holder of the token learns the state of the link.
 */
export const resolveVisit =
  (deps: LinksDeps, agentShown: AgentsShown) =>
  async (input: z.output<typeof contract.request>): Promise<Output> => {
    const known = await visitByTokenId(deps.db, input.tokenId);
    const genuine = deps.secrets.verify(input.secret, known?.token_hash ?? NO_HASH);
    if (!known || !genuine) return { status: "unknown" };
    const row = await deps.db.tenant(known.tenant_id, (trx) => findUsableLink(trx, known.link_id));
    if (row === null) return { status: "unavailable" };
    if (row.expires_at !== null && row.expires_at <= row.db_now)
      return { status: "expired", friendly: row.friendly_errors };
    const policy = policyOf(row, await agentShown(row.tenant_id, row.agent_id));
    return { status: "ok", sessionId: known.session_id, person: known.person, policy };
  };

/** Compared against when there is nothing to compare with, so that an unknown id costs the same. */
const NO_HASH = Buffer.alloc(32);
