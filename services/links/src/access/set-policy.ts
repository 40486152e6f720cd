import {
  accessPolicyBody,
  accessPolicyChanged,
  type setAccessPolicy as contract,
  linkRevoked,
  parseOrRefuse,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { requireAgent } from "../links/agents.js";
import { mailLanguage } from "../mails/mail-language.js";
import { addressHash } from "../verification/code.js";
import { policyView } from "./policy-view.js";
import { linksInUse, replaceAddresses, writePolicy } from "./repository.js";
import { sealAddress } from "./sealed-address.js";

/** Links whose streams are closed at once when an agent's links are switched off; further ones close with their sessions. */
const MAX_REVOKED = 1_000;

/**
 * Sets who may use the links of an agent. Idempotent: repeating the same body changes nothing. It affects conversations from
 * their next message on; with `links_enabled` false the streams of running ones are closed as well.
 */
export const setPolicy =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const body = parseOrRefuse(accessPolicyBody, input.body);
    const { id: agentId } = await requireAgent(deps.bus, input.principal, input.agent);
    const at = { tenantId, agentId };
    const language = mailLanguage(input.languages ?? []);
    const policy = await changeWithFacts(deps, tenantId, async (trx) => {
      const { notify_email: notify } = body;
      const row = await writePolicy(trx, at, {
        mode: body.mode,
        linksEnabled: body.links_enabled,
        notifyEmailSealed:
          typeof notify === "string" ? sealAddress(deps.secrets, at, { email: notify, language }) : notify,
      });
      if (body.allowed_emails !== undefined) {
        const addresses = [...new Set(body.allowed_emails)].map((email) => ({
          hash: addressHash(deps.secrets, tenantId, email),
          sealed: sealAddress(deps.secrets, at, { email }),
        }));
        await replaceAddresses(trx, at, addresses);
      }
      const changed = {
        contract: accessPolicyChanged,
        key: agentId,
        payload: { ...at, linksEnabled: row.links_enabled },
      };
      // Also when they were already off: a stream opened between two changes must not outlive the second.
      const closed = row.links_enabled ? [] : await linksInUse(trx, agentId, MAX_REVOKED);
      const revoked = closed.map((linkId) => ({ contract: linkRevoked, key: linkId, payload: { linkId, tenantId } }));
      return { answer: await policyView(deps, trx, { ...at, row }), facts: [changed, ...revoked] };
    });
    return { policy };
  };
