import { AppError, type resendDelivery as contract, type LinkDelivery, type ResendBody } from "@parley/contracts";
import type { z } from "zod";
import { textsOf } from "../message-templates/own-texts.js";
import { DEFAULT_TEMPLATE, planSend, type SendingDeps, type Wish } from "./accept-send.js";
import { openPerson, recipientAad } from "./addresses.js";
import { beginSend, type SendOutput } from "./begin-send.js";
import { findDelivery, keepLinks, type Resendable, resendable, textsOfDelivery } from "./repository.js";

/**
 * Writes again to recipients of a delivery who have not opened or used their link, or whom it did not reach; each with their link.
 * Idempotent as `beginSend`. Also throws `delivery_not_found`, `no_recipients`, `validation_failed` for what the delivery does not record.
 */
export const resendDelivery =
  (deps: SendingDeps) =>
  (input: z.output<typeof contract.request>): Promise<SendOutput> =>
    beginSend(deps, { input, scope: "links.resend" }, async (trx, { tenantId }) => {
      const { body } = input;
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
      const onAccepted = () => keepLinks(trx, { from: delivery.id, to: plan.id });
      return plan.personalised ? { plan, onAccepted } : { plan };
    });

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
