import type { Bus } from "@parley/bus";
import { type LinkPolicy, type Principal, rebuildAnalytics, resolveLink } from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import type { DemoWeek } from "@parley/links-service";
import type { Logger } from "@parley/observability";
import { parseToken } from "@parley/secrets";
import { type PlannedVisit, planWeek } from "./plan.js";
import { playVisit } from "./play-visit.js";

/** Visits at a time: each waits for the scripted model most of its time, and whoever looks at the page goes first. */
const AT_ONCE = 4;
/** A session that is older than this was moved to its place by an earlier start. */
const PLAYED_NOW_MS = 3_600_000;

/**
 * Fills an empty product with a week of conversations, so that its charts, lists and inbox show what they are for. They go through the
 * services as all others do and are then moved to their days. Goes on where an earlier start was ended; answers how many were played.
 */
export async function playDemoWeek(
  deps: { bus: Bus; db: Db; logger: Logger; signal: AbortSignal },
  week: DemoWeek & { principal: Principal & { tenantId: string } },
): Promise<number> {
  const { principal } = week;
  const links = await policies(deps.bus, week);
  const waiting = planWeek(week.beganAt);
  let played = 0;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !deps.signal.aborted; next = waiting.shift()) {
      await playOne(deps, principal, { planned: next, link: links.get(next.visit.agent) });
      played += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  // What the rollups have counted meanwhile lies on today.
  if (!deps.signal.aborted) await deps.bus.call(rebuildAnalytics, { principal });
  return played;
}

async function policies(bus: Bus, week: DemoWeek): Promise<Map<string, LinkPolicy>> {
  const found = new Map<string, LinkPolicy>();
  for (const { agent, token } of week.links) {
    const parsed = parseToken("link", token);
    if (parsed === null) continue;
    const link = await bus.call(resolveLink, { id: parsed.id, secret: parsed.secret });
    if (link.status === "ok") found.set(agent, link.policy);
  }
  return found;
}

async function playOne(
  { bus, db, logger, signal }: { bus: Bus; db: Db; logger: Logger; signal: AbortSignal },
  principal: Principal & { tenantId: string },
  { planned, link }: { planned: PlannedVisit; link: LinkPolicy | undefined },
): Promise<void> {
  if (link === undefined) return;
  try {
    const { conversationId, createdAt } = await playVisit({ bus, principal, signal }, planned, link);
    if (Date.now() - Date.parse(createdAt) > PLAYED_NOW_MS) return;
    const { beganAt, paceSeconds, visit } = planned;
    await db.tenant(principal.tenantId, (trx) =>
      sql`select move_session_back(${conversationId}, ${beganAt}, make_interval(secs => ${paceSeconds}),
        ${visit.leaves === true})`.execute(trx),
    );
  } catch (error) {
    if (signal.aborted) return;
    // One visit less is no reason to end a demo.
    logger.warn({ err: error, key: planned.key }, "demo.visit_failed");
  }
}
