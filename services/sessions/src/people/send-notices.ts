import { type Lookout, retryAfter, startClaimLoop } from "@parley/jobs";
import type { Mailer } from "@parley/mail";
import type { Outbound } from "@parley/outbound";
import type { SessionsDeps } from "../deps.js";
import type { ClaimedNotice, NoticeRepository } from "./notice-repository.js";
import type { PushRepository } from "./push-repository.js";
import { sendPush } from "./send-push.js";
import { alertAad, answerAad, pushAad, targetAad } from "./targets.js";
import { alertChat, alertMail } from "./write-alert.js";
import { chatMessage, operatorMail, visitorMail } from "./write-notice.js";

interface NoticeDeps extends SessionsDeps {
  notices: NoticeRepository;
  mailer: Mailer;
  outbound: Outbound;
  push: Pick<PushRepository, "forget">;
  lookout: Lookout;
}

/** Another attempt would fail the same way. */
const FINAL = new Set(["refused", "unusable", "gone"]);
const AT_ONCE = 16;
const TIMEOUT_MS = 15_000;
const ANSWER_BYTES = 16_384;
/** Longer than any attempt. */
const HOLD_MS = 60_000;
const FINISH_MS = 5_000;
/** Seconds after each failed attempt. The visitor waits now: after half a day the notice is useless. */
const WAITS = [2, 10, 60, 300, 1_800, 7_200, 21_600];

/**
 * Notifies operators (by mail, in a chat, in their browsers) of waiting visitors and crossed thresholds, and sends answers to visitors
 * who have left, in any number of replicas. Idempotency key: the id of the notice, in `Message-ID` and `Idempotency-Key`; a process that
 * crashes between an attempt and recording it causes a second attempt under the same key. Starts at once.
 */
export function startNotices(deps: NoticeDeps): { stop(): Promise<void> } {
  const outcomes = deps.metrics.counter("notices_total", "Attempts to tell people of escalations and alerts", [
    "kind",
    "outcome",
  ]);
  return startClaimLoop<ClaimedNotice>({
    intervalMs: deps.config.NOTICE_POLL_MS,
    lookout: { lookout: deps.lookout, work: "notices" },
    concurrency: AT_ONCE,
    holdMs: HOLD_MS,
    finishMs: FINISH_MS,
    claim: (limit, holdMs) => deps.notices.claim(limit, holdMs),
    async work(notice, signal) {
      const outcome = await attempt(deps, notice, signal);
      const isFinal = outcome === null || FINAL.has(outcome);
      await deps.notices.settle(notice, outcome, isFinal ? null : retryAfter(notice.attempt, WAITS));
      const kind = notice.about === "escalation" && notice.push_id !== null ? "push" : notice.kind;
      outcomes.inc({ kind, outcome: outcome ?? "sent" });
      const of = notice.about === "alert" ? { alertId: notice.alert_id } : { escalationId: notice.escalation_id };
      if (outcome === null) deps.logger.info({ ...of, kind }, "notice.sent");
      else deps.logger.warn({ ...of, kind, outcome, attempt: notice.attempt }, "notice.failed");
    },
    onDeferred: ({ id }, error) => deps.logger.debug({ err: error, noticeId: id }, "notice.deferred"),
    onError: (error) => deps.logger.debug({ err: error }, "notices.failed"),
  });
}

/** Null = the receiver accepted it. */
async function attempt(deps: NoticeDeps, notice: ClaimedNotice, signal: AbortSignal): Promise<string | null> {
  const { PUBLIC_URL } = deps.config;
  const target = openedTarget(deps, notice);
  if (target === null) return "unusable";
  if (notice.about === "escalation" && notice.push_id !== null) {
    const outcome = await sendPush(deps, { target, notice, signal });
    if (outcome === "gone" || outcome === "unusable") await deps.push.forget(notice.tenant_id, notice.push_id);
    return outcome;
  }
  if (notice.kind === "chat") {
    const body = notice.about === "alert" ? alertChat(PUBLIC_URL, notice) : chatMessage(PUBLIC_URL, notice);
    return post(deps, { url: target, body, notice, signal });
  }
  const words = mailOf(PUBLIC_URL, notice);
  return deps.mailer.attempt({ tenantId: notice.tenant_id, to: target, id: notice.id, ...words });
}

function mailOf(publicUrl: string, notice: ClaimedNotice): ReturnType<typeof alertMail> {
  if (notice.about === "alert") return alertMail(publicUrl, notice);
  return notice.kind === "answer" ? visitorMail(notice) : operatorMail(publicUrl, notice);
}

function aadOf(notice: ClaimedNotice): string {
  if (notice.about === "alert") return alertAad(notice.alert_id);
  if (notice.push_id !== null) return pushAad(notice.tenant_id, notice.push_id);
  return notice.kind === "answer" ? answerAad(notice.escalation_id) : targetAad(notice.agent_id);
}

function openedTarget({ secrets }: NoticeDeps, notice: ClaimedNotice): string | null {
  try {
    return secrets.open(notice.target_sealed, aadOf(notice));
  } catch {
    // Sealed under another master key: no attempt can ever succeed.
    return null;
  }
}

async function post(
  { outbound }: NoticeDeps,
  { url, body, notice, signal }: { url: string; body: string; notice: ClaimedNotice; signal: AbortSignal },
): Promise<string | null> {
  const result = await outbound.request({
    method: "POST",
    url,
    headers: { "content-type": "application/json", "idempotency-key": notice.id, "user-agent": "Parley-Notices/1" },
    body,
    timeoutMs: TIMEOUT_MS,
    maxBytes: ANSWER_BYTES,
    tenantId: notice.tenant_id,
    signal,
  });
  if (result.type !== "answered") return result.type;
  if (result.status >= 200 && result.status <= 299) return null;
  // Gone, or never existed: the owner has to set another address.
  return [400, 401, 403, 404, 410].includes(result.status) ? "refused" : `status ${result.status}`;
}
