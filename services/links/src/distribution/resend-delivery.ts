import {
  AppError,
  type resendDelivery as contract,
  type LinkDelivery,
  type ResendBody,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import { once } from "@parley/db";
import type { z } from "zod";
import { requireAgent } from "../links/agents.js";
import { findLink, findSealedToken } from "../links/repository.js";
import { textsOf } from "../message-templates/own-texts.js";
import type { TenantTransaction } from "../transaction.js";
import { acceptSend, DEFAULT_TEMPLATE, planSend, type SendingDeps, type Wish } from "./accept-send.js";
import { openPerson, recipientAad } from "./addresses.js";
import { findDelivery, keepLinks, type Resendable, resendable, textsOfDelivery } from "./repository.js";
import { previewOf } from "./send-link.js";

type Output = z.input<typeof contract.response>;
type Answer = Output["answer"];

/**
 * Writes again to those of a delivery who have not opened or not used their link, or whom it did not reach; each on the link they have.
 * Idempotent by the caller's key, else by the signature. Throws `delivery_not_found`, `no_recipients`, `validation_failed` for what the
 * delivery does not tell, and what a send throws.
 */
export const resendDelivery =
  (deps: SendingDeps) =>
  async (input: z.output<typeof contract.request>): Promise<Output> => {
    const { principal, body } = input;
    requireRole(principal, "editor");
    const tenantId = tenantOf(principal);
    const agent = await requireAgent(deps.bus, principal, input.agent);
    const { dry_run: dry = false } = body;
    const at = { agentId: agent.id, id: input.id };
    const work = async (trx: TenantTransaction): Promise<Answer> => {
      const link = await findLink(trx, at);
      if (link === null) throw new AppError("link_not_found");
      const delivery = await findDelivery(trx, { linkId: input.id, id: input.delivery });
      if (delivery === null) throw new AppError("delivery_not_found");
      requireTold(delivery, body);
      const people = await resendable(trx, { deliveryId: delivery.id, to: body.to });
      if (people.length === 0) throw new AppError("no_recipients");
      const wish = wishOf(deps, tenantId, { delivery, body, people });
      const keepsWords = body.to === "failed" && body.template === undefined;
      const texts = keepsWords
        ? await textsOfDelivery(trx, delivery.id)
        : await textsOf(trx, wish.template ?? DEFAULT_TEMPLATE);
      const plan = planSend(deps, { tenantId, wish, texts, languages: [] });
      const hasAddress = ((await findSealedToken(trx, at))?.sealed ?? null) !== null;
      const of = { plan, link, hasAddress, createdBy: principal.id, scheduleId: null, dry };
      const counts = { ...(await acceptSend(deps, trx, of)), duplicates: 0 };
      if (dry) return { dry_run: true, ...counts, preview: previewOf(deps, plan, { link, agent: agent.name }) };
      if (plan.personalised) await keepLinks(trx, { from: delivery.id, to: plan.id });
      return { delivery_id: plan.id, status: "sending", ...counts };
    };
    if (dry) return { answer: await deps.db.tenant(tenantId, work) };
    const request = { tenantId, scope: "links.resend", repeatable: input };
    const { answer } = await deps.db.tenant(tenantId, (trx) =>
      once<Output>(trx, request, async () => ({ answer: { answer: await work(trx) }, facts: [] })),
    );
    return answer;
  };

function requireTold({ personalised, track_opens: tracked }: LinkDelivery, { to }: ResendBody): void {
  const message =
    to === "not_opened" && !tracked
      ? "the delivery was not sent with track_opens"
      : to !== "failed" && !personalised
        ? "the recipients share one link, so nobody knows who came"
        : null;
  if (message !== null)
    throw new AppError("validation_failed", { errors: [{ pointer: "/to", rule: "not_known", message }] });
}

function wishOf(
  { secrets }: SendingDeps,
  tenantId: string,
  { delivery, body, people }: { delivery: LinkDelivery; body: ResendBody; people: Resendable[] },
): Wish {
  const own = body.to === "failed" ? delivery : { template: "reminder", subject: null, message: null };
  return {
    channel: delivery.channel,
    recipients: people.map(({ id, address_sealed, language }) => {
      const { address, name } = openPerson(secrets, address_sealed, recipientAad(tenantId, id));
      return { address, language, ...(name !== null && { name }) };
    }),
    template: body.template ?? own.template,
    subject: body.subject ?? own.subject ?? undefined,
    message: body.message ?? own.message ?? undefined,
    personalised: delivery.personalised,
    track_opens: delivery.track_opens,
  };
}
