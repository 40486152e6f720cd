import { createHash } from "node:crypto";
import { type createLink as contract, newId, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import { requireAgent, requireVersion } from "../agents.js";
import type { LinksDeps } from "../deps.js";
import { expiryInThePast, parseLinkBody } from "../link-body.js";
import { storedPin } from "../pin.js";
import { claimKey, storeAnswer } from "../repository/idempotency.js";
import { ownerView } from "../repository/link-row.js";
import { findLink, insertLink, isFuture, setBudget } from "../repository/links.js";

type Input = z.output<typeof contract.request>;
type Output = z.input<typeof contract.response>;

const SCOPE = "links.create";

/**
 * Creates a link; its token is in this answer only. Idempotent by the caller's idempotency key: the same request gets the
 * same link and token for 24 hours, while a second one with another body is refused.
 */
export const createLink =
  (deps: LinksDeps) =>
  async (input: Input): Promise<Output> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const change = parseLinkBody(input.body);
    const agent = await requireAgent(deps.bus, input.principal, input.agent);
    const pinned = change.values.agent_version;
    if (typeof pinned === "number") await requireVersion(deps.bus, agent, pinned);

    return deps.db.tenant(tenantId, async (trx) => {
      const key = input.idempotencyKey;
      const aad = `${tenantId}:${SCOPE}:${key ?? ""}`;
      if (key !== undefined) {
        const before = await claimKey(trx, {
          tenantId,
          scope: SCOPE,
          key,
          fingerprint: fingerprint(agent.id, input.body),
        });
        // The stored answer holds a token, so it is sealed: this table must be as useless to a reader as the links' own.
        if (before !== null) return JSON.parse(deps.secrets.open(before, aad)) as Output; // sealed by this handler
      }
      if (change.expiry.type === "at" && !(await isFuture(trx, change.expiry.iso))) throw expiryInThePast();

      const issued = deps.secrets.issue("link");
      const id = newId();
      await insertLink(trx, {
        id,
        tenantId,
        agentId: agent.id,
        tokenId: issued.id,
        tokenHash: issued.hash,
        tokenHint: issued.hint,
        createdBy: input.principal.id,
        values: {
          ...change.values,
          title: change.values.title ?? agent.name,
          pin_hash: await storedPin(deps, id, change.pin),
        },
        expiry: change.expiry,
      });
      await setBudget(trx, { tenantId, id }, change.budget);
      const row = await findLink(trx, { agentId: agent.id, id });
      if (row === null) throw new Error("a link vanished inside its own transaction");
      const answer: Output = { link: ownerView(row, { messages: 0, sessions_active: 0 }), token: issued.token };
      if (key !== undefined)
        await storeAnswer(trx, { tenantId, scope: SCOPE, key }, deps.secrets.seal(JSON.stringify(answer), aad));
      return answer;
    });
  };

const fingerprint = (agentId: string, body: unknown): string =>
  createHash("sha256").update(agentId).update(canonical(body)).digest("hex");

/** JSON with sorted keys: a client that repeats a request may order its fields otherwise. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
