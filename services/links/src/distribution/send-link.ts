import type { sendLink as contract } from "@parley/contracts";
import type { z } from "zod";
import { textsOf } from "../message-templates/own-texts.js";
import { DEFAULT_TEMPLATE, planSend, type SendingDeps } from "./accept-send.js";
import { beginSend, type SendOutput } from "./begin-send.js";

/**
 * Sends a link to recipients, or reports what would be sent. As `beginSend`; also throws `template_not_found` and what `planSend` throws.
 */
export const sendLink =
  (deps: SendingDeps) =>
  (input: z.output<typeof contract.request>): Promise<SendOutput> => {
    const { dry_run: _dry, ...wish } = input.body;
    return beginSend(deps, { input, scope: "links.send" }, async (trx, { tenantId, link }) => {
      const texts = await textsOf(trx, wish.template ?? DEFAULT_TEMPLATE);
      return { plan: planSend(deps, { tenantId, wish, texts, languages: [link.branding.locale] }) };
    });
  };
