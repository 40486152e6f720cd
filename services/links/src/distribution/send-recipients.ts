import { newId, type SendChannel } from "@parley/contracts";
import { type Lookout, retryAfter, startClaimLoop } from "@parley/jobs";
import type { LinksDeps } from "../deps.js";
import { sealedTokenAad } from "../links/repository.js";
import { isMailLanguage } from "../mails/mail-language.js";
import { openPerson, recipientAad } from "./addresses.js";
import type { Channel, Parcel, Told } from "./channels/channel.js";
import type { Claimed, SenderRepository } from "./repository.js";
import { unsubscribeToken } from "./unsubscribe-token.js";
import { writeMessage } from "./write-message.js";

export interface SenderDeps extends LinksDeps {
  sender: SenderRepository;
  channels: Record<SendChannel, Channel>;
  lookout: Lookout;
}

const AT_ONCE = 8;
const FINISH_MS = 5_000;
/** Longer than any attempt, including its wait for a slot and a connection. */
const HOLD_MS = 90_000;
/** Time that must be left of the hold when a provider is called, so that no other replica claims the recipient meanwhile. */
const NEEDED_MS = 45_000;
/** Attempts that may break off without an outcome. */
const MOST_BROKEN = 12;
/** Seconds after each failed attempt. */
const WAITS = [5, 30, 120, 600, 1_800, 7_200];
const PURGE_EVERY_MS = 3_600_000;
const PURGED_AT_ONCE = 100;

/**
 * Sends links to recipients, in any number of replicas. Idempotency key: the id of the recipient's row, in `Message-ID` and
 * `webhook-id`. Before a provider is called, the row records it; an attempt that broke off after that is repeated under the same id where
 * the provider detects repeats, looked up where the provider can be asked, and otherwise stays in doubt.
 */
export function startSender(deps: SenderDeps): { stop(): Promise<void> } {
  const outcomes = deps.metrics.counter("link_messages_total", "Attempts to send links", ["channel", "outcome"]);
  const { SEND_POLL_MS, SEND_LOG_DAYS } = deps.config;
  let purgeAt = 0;
  return startClaimLoop<Claimed>({
    intervalMs: SEND_POLL_MS,
    lookout: { lookout: deps.lookout, work: "recipients" },
    concurrency: AT_ONCE,
    holdMs: HOLD_MS,
    finishMs: FINISH_MS,
    claim: (limit, holdMs) => deps.sender.claim(limit, holdMs, MOST_BROKEN),
    async work(item, signal) {
      const told = await attempt(deps, item, signal);
      if (told === null) return;
      const { status, outcome } = await settle(deps, item, told);
      outcomes.inc({ channel: item.channel, outcome: outcome ?? "sent" });
      const ids = { tenantId: item.tenant_id, deliveryId: item.send_out_id, recipientId: item.id };
      if (status === "sent") deps.logger.info({ ...ids, channel: item.channel }, "link.message_sent");
      else deps.logger.warn({ ...ids, channel: item.channel, outcome, attempt: item.attempt }, "link.message_failed");
    },
    async tidy() {
      if (performance.now() < purgeAt) return;
      purgeAt = performance.now() + PURGE_EVERY_MS;
      while ((await deps.sender.purge(SEND_LOG_DAYS, PURGED_AT_ONCE)) === PURGED_AT_ONCE);
    },
    onDeferred: ({ id }, error) => deps.logger.warn({ err: error, recipientId: id }, "link.message_deferred"),
    onError: (error) => deps.logger.debug({ err: error }, "link.messages_failed"),
  });
}

/** null = there is nothing left to send, or somebody else sends it. */
async function attempt(deps: SenderDeps, item: Claimed, signal: AbortSignal): Promise<Told | null> {
  const channel = deps.channels[item.channel];
  const parcel = await parcelOf(deps, item);
  if (parcel === null) return { type: "failed", outcome: "link_address_unknown" };
  if (item.handed_over_at !== null && channel.find !== undefined) {
    const found = await channel.find(parcel, item.handed_over_at, signal);
    if (found.type !== "retry") return found;
  }
  if (!(await deps.sender.handOver(item, NEEDED_MS))) return null;
  return channel.send(parcel, signal);
}

async function parcelOf(deps: SenderDeps, item: Claimed): Promise<Parcel | null> {
  const { tenant_id: tenantId, id, agent_name: agent, title, expires_at: expiresAt } = item;
  const { address, name } = openPerson(deps.secrets, item.address_sealed, recipientAad(tenantId, id));
  const token = item.personalised ? await ownToken(deps, item, { address, name }) : sharedToken(deps, item);
  if (token === null) return null;
  const { PUBLIC_URL } = deps.config;
  const language = isMailLanguage(item.language) ? item.language : "en";
  const { template, texts, subject, message } = item;
  return {
    ...{ tenantId, id, deliveryId: item.send_out_id, address, name, agent, title, expiresAt },
    message: writeMessage({
      ...{ language, template, texts, subject, message, name, agent, title, expiresAt },
      url: `${PUBLIC_URL}/public/chat/${token}`,
    }),
    unsubscribe: `${PUBLIC_URL}/unsubscribe/${unsubscribeToken(deps.secrets, tenantId, item.address_hash)}`,
  };
}

const sharedToken = ({ secrets }: SenderDeps, { tenant_id, link_id, token_sealed }: Claimed): string | null =>
  token_sealed === null ? null : secrets.open(token_sealed, sealedTokenAad(tenant_id, link_id));

async function ownToken(
  { secrets, sender }: SenderDeps,
  item: Claimed,
  { address, name }: { address: string; name: string | null },
): Promise<string | null> {
  const [id, issued] = [newId(), secrets.issue("link")];
  const person = { ...(name !== null && { name }), ...(item.channel === "email" && { email: address }) };
  const found = await sender.personalLink(item, {
    ...{ id, tokenId: issued.id, tokenHash: issued.hash, tokenHint: issued.hint, person },
    tokenSealed: secrets.seal(issued.token, sealedTokenAad(item.tenant_id, id)),
  });
  return found === null ? null : secrets.open(found.sealed, sealedTokenAad(item.tenant_id, found.linkId));
}

async function settle(
  { sender, channels }: SenderDeps,
  item: Claimed,
  told: Told,
): Promise<{ status: string | null; outcome: string | null }> {
  const retryMs = retryAfter(item.attempt, WAITS);
  const outcome = told.outcome ?? null;
  const providerId = told.type === "sent" ? (told.providerId ?? null) : null;
  const canAsk = channels[item.channel].find !== undefined;
  const base = { outcome, providerId, retryMs, inDoubt: false };
  const settlement = ((): Parameters<SenderRepository["settle"]>[1] => {
    switch (told.type) {
      case "sent":
      case "failed":
        return { ...base, status: told.type };
      case "retry":
        return { ...base, status: retryMs === null ? "failed" : null };
      case "doubt":
        return canAsk && retryMs !== null ? { ...base, status: null, inDoubt: true } : { ...base, status: "in_doubt" };
    }
  })();
  await sender.settle(item, settlement);
  return { status: settlement.status, outcome };
}
