import { AppError } from "@parley/contracts";
import { retryAfter } from "@parley/jobs";
import { withOwnTrace } from "@parley/observability";
import type { CarriedSecret, Outbound, OutboundResult } from "@parley/outbound";
import { actionSecretAad, agentSecretAad, openDocumentSecret } from "@parley/secrets";
import { z } from "zod";
import type { SessionsDeps } from "../deps.js";
import type { ClaimedDelivery, DeliveryRepository, Settlement } from "./delivery-repository.js";
import { versionRetrySeconds } from "./retry-schedule.js";
import { openPayload, openSecret, sealPayload, signatures } from "./secrets.js";

export interface AttemptDeps extends Pick<SessionsDeps, "config" | "logger" | "secrets"> {
  outbound: Outbound;
  deliveries: DeliveryRepository;
}

const TIMEOUT_MS = 15_000;
const VERSION_TIMEOUT_SECONDS = 10;
/** Bytes of an answer that are read; more would not change its status. */
const ANSWER_BYTES = 65_536;
/** Characters of the answer that the log stores. */
const KEPT_CHARACTERS = 1_000;

const escalation = z.looseObject({ escalation_id: z.string() });
const escalationDetails = z.record(z.string(), z.unknown());
/** More than any schedule has. */
const MAX_ATTEMPTS = 60;

const auth = z
  .discriminatedUnion("type", [
    z.object({ type: z.literal("none") }),
    z.object({ type: z.literal("bearer"), token: z.string().min(1) }),
    z.object({ type: z.literal("hmac"), secret: z.string().min(1) }),
  ])
  .nullish();

/**
 * Sends one delivery and records the outcome. At least once: after a crash in between, the claim expires
 * and the next attempt carries the same id. Throws when the database is unreachable, or the signal's reason; the claim then expires.
 */
export function attemptDelivery(deps: AttemptDeps, due: ClaimedDelivery, signal: AbortSignal): Promise<string> {
  // Without a causing message, all attempts at all receivers of one event share the trace with the event's id.
  return withOwnTrace(due.traceparent, () => attempt(deps, due, signal), due.event_id.replaceAll("-", ""));
}

async function attempt(deps: AttemptDeps, due: ClaimedDelivery, signal: AbortSignal): Promise<string> {
  if (due.attempt > MAX_ATTEMPTS) return giveUp(deps, due);
  const timestampSeconds = Math.floor(Date.now() / 1_000);
  const facts = tryOpening(deps, due, () => factsOf(deps, due));
  const body =
    facts && JSON.stringify({ type: due.type, timestamp: due.occurred_at, data: await dataOf(deps, due, facts) });
  const named = due.of_version ? await namedSecrets(deps, due) : NO_SECRETS;
  const authorised =
    body && tryOpening(deps, due, () => authorisation(deps, due, { id: due.event_id, timestampSeconds, body }, named));
  const result: OutboundResult =
    body && authorised
      ? await deps.outbound.request({
          method: "POST",
          url: due.url,
          headers: {
            "content-type": "application/json",
            "webhook-id": due.event_id,
            "webhook-timestamp": String(timestampSeconds),
            ...authorised,
          },
          body,
          secrets: [...named.values()],
          timeoutMs: timeoutOf(due),
          maxBytes: ANSWER_BYTES,
          tenantId: due.tenant_id,
          signal,
        })
      : { type: "refused", reason: "bad_header", ms: 0 };
  const settlement = settlementOf(deps, due, result);
  const disabled = await deps.deliveries.settle(due.tenant_id, settlement);
  if (disabled) deps.logger.warn({ webhookId: due.endpoint_id, gone: settlement.gone }, "webhook.disabled");
  return settlement.outcome;
}

/** Ends a delivery whose attempts keep failing before they are made or recorded. */
async function giveUp({ deliveries }: AttemptDeps, due: ClaimedDelivery): Promise<string> {
  const outcome = "unreachable";
  const rest = {
    status: null,
    ms: 0,
    body: null,
    retry_ms: null,
    gone: false,
    disable_after_hours: 8_760,
    sealed: null,
  };
  await deliveries.settle(due.tenant_id, { id: due.id, attempt: due.attempt, outcome, ...rest });
  return outcome;
}

const factsOf = ({ secrets }: AttemptDeps, due: ClaimedDelivery): Record<string, unknown> =>
  due.data_sealed === null ? due.data : openPayload(secrets, { tenantId: due.tenant_id, id: due.id }, due.data_sealed);

/** The recorded facts, plus content that is read only now: message text is stored in one place. */
async function dataOf(
  deps: AttemptDeps,
  due: ClaimedDelivery,
  facts: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  if (due.conversation_id === null) return facts;
  const isOver = due.type === "session.ended" || due.type === "session.analyzed";
  const told = escalation.safeParse(facts.escalation).data;
  if (due.turn_seq === null && !isOver && told === undefined) return facts;
  const content = await deps.deliveries.content(due.tenant_id, due.conversation_id, {
    turn_seq: due.turn_seq,
    transcript: due.include_transcript && isOver,
    latency: due.include_latency_metrics && isOver,
    analysis: due.type === "session.analyzed",
    escalation: told?.escalation_id ?? null,
  });
  const details = escalationDetails.safeParse(content.escalation).data;
  return { ...facts, ...content, ...(told && { escalation: { ...told, ...details } }) };
}

interface Message {
  id: string;
  timestampSeconds: number;
  body: string;
}

/** A secret or payload that cannot be decrypted or parsed leads to a refused attempt, not to an endless delivery. */
function tryOpening<T>(deps: AttemptDeps, due: ClaimedDelivery, open: () => T): T | null {
  try {
    return open();
  } catch (error) {
    deps.logger.warn({ err: error, webhookId: due.endpoint_id }, "webhook.secret_unusable");
    return null;
  }
}

type NamedSecrets = ReadonlyMap<string, CarriedSecret>;
const NO_SECRETS: NamedSecrets = new Map();

/** A whole `auth` value or a part of it: `{{secret.name}}`. */
const REFERENCE = /\{\{\s*secret\.([A-Za-z][\w-]{0,63})\s*\}\}/g;

/** The value of the author's `auth`, as stored in the database; null = there is none. */
function storedAuth(due: ClaimedDelivery): string | null {
  const { data } = auth.safeParse(due.settings.auth);
  return data?.type === "bearer" ? data.token : data?.type === "hmac" ? data.secret : null;
}

/** The secrets of the agent that the author's `auth` names; missing ones are left out. */
async function namedSecrets(deps: AttemptDeps, due: ClaimedDelivery): Promise<NamedSecrets> {
  const stored = storedAuth(due);
  const opened = stored && tryOpening(deps, due, () => openDocumentSecret(deps.secrets, due.tenant_id, stored));
  const names = [...new Set([...(opened ?? "").matchAll(REFERENCE)].map((match) => match[1] ?? ""))];
  const { endpoint_id: endpointId } = due;
  if (names.length === 0 || endpointId === null) return NO_SECRETS;
  const sealed = await deps.deliveries.agentSecrets(due.tenant_id, { endpointId, names });
  return new Map(
    sealed.flatMap(({ agent_id: agentId, name, hosts, value_sealed }) => {
      const aad = agentSecretAad({ tenantId: due.tenant_id, agentId, name });
      const value = tryOpening(deps, due, () => deps.secrets.open(value_sealed, aad));
      return value === null ? [] : [[name, { value, hosts }]];
    }),
  );
}

/** Throws for a secret that the agent does not have: nothing is sent with incomplete authorisation. */
const fillNamed = (text: string, named: NamedSecrets): string =>
  text.replace(REFERENCE, (_match, name: string) => {
    const secret = named.get(name);
    if (secret === undefined) throw new AppError("secret_not_found");
    return secret.value;
  });

/** The headers that authenticate the sender to the receiver; null = the author's `auth` is invalid. */
function authorisation(
  deps: AttemptDeps,
  due: ClaimedDelivery,
  message: Message,
  named: NamedSecrets,
): Record<string, string> | null {
  if (due.endpoint_id === null) return { "webhook-signature": signatures(actionSecrets(deps, due), message) };
  const agent = { "user-agent": "Parley-Webhooks/1" };
  if (!due.of_version) {
    const at = { tenantId: due.tenant_id, id: due.endpoint_id };
    const secrets = sealedSecrets(due).map((text) => openSecret(deps.secrets, at, text));
    return { ...agent, "webhook-signature": signatures(secrets, message) };
  }
  const parsed = auth.safeParse(due.settings.auth);
  if (!parsed.success) return null;
  const opened = (stored: string): string => fillNamed(openDocumentSecret(deps.secrets, due.tenant_id, stored), named);
  switch (parsed.data?.type) {
    case "bearer":
      return { ...agent, authorization: `Bearer ${opened(parsed.data.token)}` };
    case "hmac":
      return { ...agent, "webhook-signature": signatures([opened(parsed.data.secret)], message) };
    default:
      return agent;
  }
}

/** The newest first. */
const sealedSecrets = (due: ClaimedDelivery): string[] =>
  [due.secret_sealed, due.previous_secret_sealed].filter((text) => text !== null);

/** The secrets that sign the actions of a tenant's workflows. Until a secret has been issued, one that nobody knows. */
function actionSecrets({ secrets }: AttemptDeps, due: ClaimedDelivery): string[] {
  const sealed = sealedSecrets(due);
  if (sealed.length > 0) return sealed.map((text) => secrets.open(text, actionSecretAad(due.tenant_id)));
  const untold = Buffer.from(secrets.keyedHash(`action-webhook:${due.tenant_id}`), "hex");
  return [`whsec_${untold.toString("base64")}`];
}

function timeoutOf(due: ClaimedDelivery): number {
  if (!due.of_version) return TIMEOUT_MS;
  const seconds = z.number().min(1).max(30).catch(VERSION_TIMEOUT_SECONDS).parse(due.settings.timeout_seconds);
  return seconds * 1_000;
}

function settlementOf(deps: AttemptDeps, due: ClaimedDelivery, result: OutboundResult): Settlement {
  const status = "status" in result ? result.status : null;
  const taken = status !== null && status >= 200 && status <= 299;
  const gone = status === 410;
  // Unlike the address of an endpoint, that of an action cannot be corrected.
  const isFinal = taken || gone || (due.endpoint_id === null && result.type === "refused");
  const { WEBHOOK_RETRY_SECONDS, WEBHOOK_DISABLE_AFTER_HOURS } = deps.config;
  const waits = due.of_version ? versionRetrySeconds(due.settings.retry) : WEBHOOK_RETRY_SECONDS;
  return {
    id: due.id,
    attempt: due.attempt,
    outcome: taken ? "delivered" : result.type === "answered" ? "status" : result.type,
    status,
    ms: result.ms,
    body: result.type === "answered" ? beginningOf(result.body) : null,
    retry_ms: isFinal ? null : retryAfter(due.attempt, waits),
    gone,
    disable_after_hours: WEBHOOK_DISABLE_AFTER_HOURS,
    sealed:
      due.data_sealed === null ? sealPayload(deps.secrets, { tenantId: due.tenant_id, id: due.id }, due.data) : null,
  };
}

/** Text that the database accepts: no NUL, no truncated characters. */
const beginningOf = (body: Buffer): string =>
  body
    .subarray(0, KEPT_CHARACTERS * 4)
    .toString("utf8")
    .replaceAll("\u0000", "")
    .slice(0, KEPT_CHARACTERS)
    .replace(/\p{Cs}/gu, "");
