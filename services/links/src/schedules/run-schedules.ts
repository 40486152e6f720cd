import { AppError, keptParameters, type Principal } from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import { type Lookout, startClaimLoop, startPoll } from "@parley/jobs";
import { acceptSend, planSend, type SendingDeps } from "../distribution/accept-send.js";
import { openPerson } from "../distribution/addresses.js";
import { requireAgent } from "../links/agents.js";
import { makeLink, planLink } from "../links/new-link.js";
import { findLink } from "../links/repository.js";
import { nextOccurrence } from "./occurrences.js";
import { linkBodyOf, scheduleAad, wordsOf } from "./parameters.js";
import { type ClaimedRun, createRunRepository, type DueSchedule, endRun, readRecipients } from "./repository.js";

const PLANNED_AT_ONCE = 100;
/** An occurrence that is more than this late counts as missed: a good-morning message is not sent in the afternoon. */
const GRACE_MS = 3_600_000;
const AT_ONCE = 4;
const HOLD_MS = 30_000;
const FINISH_MS = 5_000;
const MOST_BROKEN = 10;

/** Which occurrences of a due schedule are run, which are missed, and when it is due next. All times in milliseconds. */
export function planOf({
  cron,
  timezone,
  next_at: due,
  now,
}: Pick<DueSchedule, "cron" | "timezone" | "next_at" | "now">): {
  missed: number[];
  run: number | null;
  next: number | null;
} {
  const pattern = { cron, timezone };
  const isLate = due < now - GRACE_MS;
  const missed = isLate ? [due] : [];
  let run = isLate ? null : due;
  let next = nextOccurrence(pattern, isLate ? now - GRACE_MS : due);
  while (next !== null && next <= now) {
    if (run !== null) missed.push(run);
    run = next;
    next = nextOccurrence(pattern, next);
  }
  return { missed, run, next };
}

/**
 * Finds due occurrences and runs them, in any number of replicas. Idempotency key: schedule and time of the occurrence, which are a row;
 * link, delivery and the row's end are written in one transaction, so after a crash all of them exist or none.
 */
export function startScheduler(deps: SendingDeps, lookout: Lookout): { stop(): Promise<void> } {
  const runs = createRunRepository(deps.db);
  const outcomes = deps.metrics.counter("schedule_runs_total", "Occurrences of schedules", ["outcome"]);
  const planner = startPoll({
    intervalMs: deps.config.SCHEDULE_POLL_MS,
    lookout: { lookout, work: "schedules" },
    onError: (error) => deps.logger.debug({ err: error }, "schedules.failed"),
    async round(signal) {
      for (const due of await runs.due(PLANNED_AT_ONCE)) {
        if (signal.aborted) return;
        const plan = planOf(due);
        if (!(await runs.plan(due, plan)) || plan.missed.length === 0) continue;
        outcomes.inc({ outcome: "missed" }, plan.missed.length);
        deps.logger.warn(
          { tenantId: due.tenant_id, scheduleId: due.id, missed: plan.missed.length },
          "schedule.missed",
        );
      }
    },
  });
  const runner = startClaimLoop<ClaimedRun>({
    intervalMs: deps.config.SCHEDULE_POLL_MS,
    lookout: { lookout, work: "schedule_runs" },
    concurrency: AT_ONCE,
    holdMs: HOLD_MS,
    finishMs: FINISH_MS,
    claim: (limit, holdMs) => runs.claim(limit, holdMs, MOST_BROKEN),
    async work(item) {
      const outcome = await runOnce(deps, item);
      outcomes.inc({ outcome: outcome ?? "done" });
      const ids = { tenantId: item.tenant_id, scheduleId: item.schedule_id, runId: item.id };
      if (outcome === null) deps.logger.info(ids, "schedule.ran");
      else deps.logger.warn({ ...ids, outcome }, "schedule.run_failed");
    },
    onDeferred: ({ id }, error) => deps.logger.warn({ err: error, runId: id }, "schedule.run_deferred"),
    onError: (error) => deps.logger.debug({ err: error }, "schedules.failed"),
  });
  return {
    async stop() {
      await Promise.all([planner.stop(), runner.stop()]);
    },
  };
}

/** The occurrence has already ended, so this transaction must be rolled back. */
class Overtaken extends Error {}

/** Returns the reason of a final failure; null = done. Throws errors that another attempt may fix. */
async function runOnce(deps: SendingDeps, item: ClaimedRun): Promise<string | null> {
  try {
    await createAndSend(deps, item);
    return null;
  } catch (error) {
    if (error instanceof Overtaken) return null;
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    const { tenant_id: tenantId, id } = item;
    const end = { tenantId, id, status: "failed" as const, outcome: error.code, sendOutId: null };
    await deps.db.tenant(tenantId, (trx) => endRun(trx, end));
    return error.code;
  }
}

async function createAndSend(deps: SendingDeps, item: ClaimedRun): Promise<void> {
  const { tenant_id: tenantId, schedule_id: scheduleId } = item;
  const parameters = keptParameters.parse(item.parameters);
  const principal: Principal = { tenantId, role: "editor", via: "token", id: `schedule:${scheduleId}` };
  const agent = await requireAgent(deps.bus, principal, item.agent_id);
  const link = await planLink(deps, { principal, agent, body: linkBodyOf(parameters) });
  const { people, words } = await deps.db.tenant(tenantId, async (trx) => ({
    people: await readRecipients(trx, scheduleId),
    words: await wordsOf(trx, parameters),
  }));
  // Erasures may have removed all of them.
  if (people.length === 0) throw new AppError("no_recipients");
  const recipients = people.map(({ hash, sealed, language }) => {
    const { address, name } = openPerson(deps.secrets, sealed, scheduleAad({ tenantId, scheduleId, hash }));
    return { address, name: name ?? undefined, language: language ?? undefined };
  });
  const { channel, subject, message, personalised, track_opens, language } = parameters;
  const { template, texts } = words;
  const wish = { channel, recipients, personalised, track_opens, template, subject, message, language };
  const plan = planSend(deps, { tenantId, wish, texts, languages: [link.change.values.branding?.locale] });
  await changeWithFacts(deps, tenantId, async (trx) => {
    const { fact } = await makeLink(deps, trx, link);
    const row = await findLink(trx, { agentId: agent.id, id: link.id });
    if (row === null) throw new Error("a link vanished inside its own transaction");
    const of = { plan, link: row, hasAddress: true, createdBy: principal.id, scheduleId, dry: false };
    await acceptSend(deps, trx, of);
    const end = { tenantId, id: item.id, status: "done" as const, outcome: null, sendOutId: plan.id };
    if (!(await endRun(trx, end))) throw new Overtaken();
    return { answer: null, facts: [fact] };
  });
}
