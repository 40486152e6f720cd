import * as contracts from "@parley/contracts";
import type { Lookout } from "@parley/jobs";
import type { Mailer } from "@parley/mail";
import { createOutbound, createTargetCheck, type Outbound } from "@parley/outbound";
import type { LinksDeps } from "../deps.js";
import { bindSchedules } from "../schedules/bind.js";
import type { Channel } from "./channels/channel.js";
import { mailgunChannel, sendgridChannel, smtpChannel } from "./channels/email.js";
import { smsChannel } from "./channels/sms.js";
import { slackChannel, teamsChannel, webhookChannel } from "./channels/web.js";
import {
  cancelLinkDeliveryHandler,
  getLinkDeliveryHandler,
  listDeliveryRecipientsHandler,
  listLinkDeliveriesHandler,
} from "./read-deliveries.js";
import { createSenderRepository } from "./repository.js";
import { resendDelivery } from "./resend-delivery.js";
import { sendLink } from "./send-link.js";
import { startSender } from "./send-recipients.js";
import {
  allowAddressHandler,
  listSuppressionsHandler,
  suppressAddressHandler,
  unsubscribeHandler,
} from "./suppressions.js";
import { takeProviderEventsHandler } from "./take-provider-events.js";

/** Serves the sending of links, and sends them. Stop it before the mailer and the database are closed. */
export function bindDistribution(deps: LinksDeps, mailer: Mailer, lookout: Lookout): { stop(): Promise<void> } {
  const { bus, config, logger, metrics } = deps;
  const rules = { allowedCidrs: config.OUTBOUND_ALLOWED_CIDRS, allowTestHooks: config.ALLOW_TEST_HOOKS };
  const handlers = { ...deps, checkTarget: createTargetCheck(rules) };
  const bound = { maxInFlight: config.LINKS_MAX_IN_FLIGHT };
  bus.serve(contracts.sendLink, sendLink(handlers), bound);
  bus.serve(contracts.resendDelivery, resendDelivery(handlers), bound);
  bus.serve(contracts.listLinkDeliveries, listLinkDeliveriesHandler(deps), bound);
  bus.serve(contracts.getLinkDelivery, getLinkDeliveryHandler(deps), bound);
  bus.serve(contracts.listDeliveryRecipients, listDeliveryRecipientsHandler(deps), bound);
  bus.serve(contracts.cancelLinkDelivery, cancelLinkDeliveryHandler(deps), bound);
  bus.serve(contracts.listSuppressions, listSuppressionsHandler(deps), bound);
  bus.serve(contracts.suppressAddress, suppressAddressHandler(deps), bound);
  bus.serve(contracts.allowAddress, allowAddressHandler(deps), bound);
  bus.serve(contracts.unsubscribe, unsubscribeHandler(deps), bound);
  bus.serve(contracts.takeProviderEvents, takeProviderEventsHandler(deps), bound);
  const outbound = createOutbound({ ...rules, logger, metrics });
  const channels = {
    email: emailChannel(deps, mailer, outbound),
    sms: smsChannel({ outbound, config }),
    slack: slackChannel(outbound),
    teams: teamsChannel(outbound),
    webhook: webhookChannel(outbound),
  };
  const sending = startSender({ ...deps, sender: createSenderRepository(deps.db), channels, lookout });
  const schedules = bindSchedules(handlers, lookout);
  return {
    async stop() {
      await Promise.all([sending.stop(), schedules.stop()]);
      await outbound.close();
    },
  };
}

function emailChannel({ config }: LinksDeps, mailer: Mailer, outbound: Outbound): Channel {
  switch (config.EMAIL_PROVIDER) {
    case "sendgrid":
      return sendgridChannel({ outbound, config });
    case "mailgun":
      return mailgunChannel({ outbound, config });
    case "smtp":
      return smtpChannel(mailer);
  }
}
