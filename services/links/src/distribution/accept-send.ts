import { AppError, type MessageTexts, newId, type SendChannel } from "@parley/contracts";
import type { LinksDeps } from "../deps.js";
import { type LinkRow, linkStatus } from "../links/link-row.js";
import type { TenantTransaction } from "../transaction.js";
import { type Addressee, addresseesOf, type CheckTarget, recipientAad, sealPerson } from "./addresses.js";
import { canSendSms } from "./channels/sms.js";
import { acceptRecipients, type Counted, insertSendOut } from "./repository.js";

export interface SendingDeps extends LinksDeps {
  checkTarget: CheckTarget;
}

/** What a caller or a schedule wants to send. */
export interface Wish {
  channel: SendChannel;
  recipients: readonly (string | { address: string; name?: string | undefined; language?: string | undefined })[];
  template?: string | undefined;
  subject?: string | undefined;
  message?: string | undefined;
  personalised?: boolean | undefined;
  track_opens?: boolean | undefined;
  language?: string | undefined;
}

/** A planned send-out: its recipients are checked and sealed. */
export interface PlannedSend {
  id: string;
  tenantId: string;
  channel: SendChannel;
  personalised: boolean;
  trackOpens: boolean;
  template: string;
  texts: MessageTexts | null;
  subject: string | null;
  message: string | null;
  people: (Addressee & { sealed: string })[];
  duplicates: number;
}

/** The template of a wish that names none. */
export const DEFAULT_TEMPLATE = "invitation";

/**
 * Checks everything that needs no transaction. `texts`: of the wish's template, when it is the tenant's own. Throws
 * `channel_unavailable`, and `validation_failed` with every wrong recipient.
 */
export function planSend(
  deps: SendingDeps,
  of: { tenantId: string; wish: Wish; texts: MessageTexts | null; languages: readonly unknown[] },
): PlannedSend {
  const { tenantId, wish, texts } = of;
  const { channel, recipients, language, template = DEFAULT_TEMPLATE, subject = null, message = null } = wish;
  if (channel === "sms" && !canSendSms(deps.config)) throw new AppError("channel_unavailable");
  const people = addresseesOf(deps, { tenantId, channel, recipients, languages: [language, ...of.languages] });
  const sealed = people.map((one) => ({
    ...one,
    sealed: sealPerson(deps.secrets, one, recipientAad(tenantId, one.id)),
  }));
  const personalised = wish.personalised ?? (channel === "email" || channel === "sms");
  const words = { template, texts, subject, message };
  return {
    id: newId(),
    tenantId,
    channel,
    personalised,
    trackOpens: wish.track_opens ?? false,
    ...words,
    people: sealed,
    duplicates: recipients.length - people.length,
  };
}

/**
 * Writes a send-out with its recipients; sending starts with the commit. `dry`: only reports the result. Throws `link_not_sendable`,
 * `link_address_unknown`, `send_limit_reached`, and `validation_failed` for personal copies of a link with a PIN.
 */
export async function acceptSend(
  deps: SendingDeps,
  trx: TenantTransaction,
  of: {
    plan: PlannedSend;
    link: LinkRow;
    hasAddress: boolean;
    createdBy: string;
    scheduleId: string | null;
    dry: boolean;
  },
): Promise<Omit<Counted, "refused">> {
  const { plan, link, dry } = of;
  requireSendable(plan, link, of.hasAddress);
  const place = { id: plan.id, tenantId: plan.tenantId, agentId: link.agent_id, channel: plan.channel };
  if (!dry) {
    const { personalised, trackOpens, template, texts, subject, message } = plan;
    const words = { personalised, trackOpens, template, texts, subject, message };
    const by = { scheduleId: of.scheduleId, createdBy: of.createdBy };
    await insertSendOut(trx, { ...place, ...words, ...by, linkId: link.id });
  }
  const { SEND_PER_RECIPIENT_DAY, SEND_PER_AGENT_DAY, SEND_PER_TENANT_DAY } = deps.config;
  const limits = {
    perRecipient: SEND_PER_RECIPIENT_DAY,
    perAgent: SEND_PER_AGENT_DAY,
    perTenant: SEND_PER_TENANT_DAY,
  };
  const { refused, ...counts } = await acceptRecipients(trx, place, { people: plan.people, limits, dry });
  if (refused !== null) throw new AppError("send_limit_reached");
  return counts;
}

function requireSendable({ personalised }: PlannedSend, link: LinkRow, hasAddress: boolean): void {
  const status = linkStatus(link);
  // Copies start without used sessions.
  if (status !== "active" && !(status === "full" && personalised)) throw new AppError("link_not_sendable");
  if (!personalised && !hasAddress) throw new AppError("link_address_unknown");
  if (personalised && link.pin_set) {
    const message = "a link with a PIN cannot be copied for each recipient; send it as one link, with false";
    throw new AppError("validation_failed", { errors: [{ pointer: "/personalised", rule: "pin", message }] });
  }
}
