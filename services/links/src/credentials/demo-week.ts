import {
  AppError,
  deleteLink as deleteLinkContract,
  type demoWeekState,
  type Principal,
  type removeDemoWeek as removeContract,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { createLink } from "../links/create-link.js";
import { findSecret, keepSecret } from "./demo-secrets.js";
import { DEMO_TENANT_ID, type DemoSeed } from "./seed.js";

const NAME = "week";
const AAD = `demo_secrets:${DEMO_TENANT_ID}:${NAME}`;

const week = z.object({
  state: z.enum(["playing", "played", "removed"]),
  beganAt: z.coerce.date(),
  links: z.array(z.object({ agent: z.string(), agentId: z.uuid(), id: z.uuid(), token: z.string() })),
});
/** A week of conversations for the demo: when it ends, and the link of each agent through which its visitors came. */
export type DemoWeek = Omit<z.output<typeof week>, "state">;

/**
 * The week to be played into the demo tenant, for the first time or because an earlier start was interrupted.
 * Null when it was already played, when somebody has removed it, or when there are conversations that are not the demo's.
 */
export async function beginDemoWeek(deps: LinksDeps, seed: DemoSeed): Promise<DemoWeek | null> {
  return deps.db.tenant(DEMO_TENANT_ID, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext(${AAD}))`.execute(trx);
    const sealed = await findSecret(trx, NAME);
    if (sealed !== null) {
      const known = open(deps, sealed);
      return known?.state === "playing" ? known : null;
    }
    const { rows } = await sql`select 1 from text_conversations limit 1`.execute(trx);
    if (rows.length > 0) return null;
    const begun = { state: "playing" as const, beganAt: new Date(), links: await makeLinks(deps, seed) };
    await keepSecret(trx, at, deps.secrets.seal(JSON.stringify(begun), AAD));
    return begun;
  });
}

/** Marks the week as complete: later starts leave it alone, even if its owner changes it. A removal during the playing is completed now. */
export async function endDemoWeek(deps: LinksDeps, played: DemoWeek & { principal: Principal }): Promise<void> {
  const { principal, ...week } = played;
  const known = await find(deps, principal);
  if (known?.state === "removed") await removeDemoWeekHandler(deps)({ principal });
  else await keep(deps, { ...week, state: "played" });
}

/** How much of the demo week exists; none in a tenant without one. */
export const demoWeekHandler =
  (deps: LinksDeps) =>
  async ({ principal }: z.output<typeof demoWeekState.request>): Promise<z.input<typeof demoWeekState.response>> => {
    const known = await find(deps, principal);
    const sessions = known === null ? 0 : await countSessions(deps, known);
    // An interrupted removal has left some: they are offered again.
    if (known === null || (known.state === "removed" && sessions === 0))
      return { state: "none", sessions: 0, links: [] };
    const links = known.links.map(({ agent, id }) => ({ agent, id }));
    return { state: known.state === "playing" ? "playing" : "played", sessions, links };
  };

/** Removes the demo week with its links and its numbers. Idempotent by state: without one nothing is removed. */
export const removeDemoWeekHandler =
  (deps: LinksDeps) =>
  async ({ principal }: z.output<typeof removeContract.request>): Promise<z.input<typeof removeContract.response>> => {
    requireRole(principal, "admin");
    const known = await find(deps, principal);
    if (known === null) return { sessions: 0 };
    // First, so that a start that is currently playing it does not continue.
    await keep(deps, { ...known, state: "removed" });
    const sessions = await countSessions(deps, known);
    for (const { agentId, id } of known.links) {
      try {
        await deps.bus.call(deleteLinkContract, { principal, agent: agentId, id });
      } catch (error) {
        // The owner has already deleted it.
        if (!(error instanceof AppError) || !["link_not_found", "agent_not_found"].includes(error.code)) throw error;
      }
    }
    await deps.db.query("select remove_link_sessions($1, $2)", [DEMO_TENANT_ID, known.links.map(({ id }) => id)]);
    return { sessions };
  };

const at = { tenantId: DEMO_TENANT_ID, name: NAME };

async function makeLinks(deps: LinksDeps, seed: DemoSeed): Promise<DemoWeek["links"]> {
  const principal: Principal = { tenantId: DEMO_TENANT_ID, role: "owner", via: "token", id: "demo" };
  const links: DemoWeek["links"] = [];
  for (const { id: agentId, slug } of seed.agents) {
    const body = {
      title: "Demo: last week",
      description: "Conversations of a made-up week, so that charts and lists show what they are for",
      max_sessions: 10_000,
      rate_limit_per_minute: 60,
      expires_in_hours: null,
    };
    // A start that crashed before the week was stored has left this link: the repeat finds it.
    const { link, token } = await createLink(deps)({
      principal,
      agent: agentId,
      body,
      idempotencyKey: `demo-week-${slug}`,
    });
    links.push({ agent: slug, agentId, id: link.id, token });
  }
  return links;
}

async function find(deps: LinksDeps, principal: Principal) {
  if (tenantOf(principal) !== DEMO_TENANT_ID) return null;
  const sealed = await deps.db.tenant(DEMO_TENANT_ID, (trx) => findSecret(trx, NAME));
  return sealed === null ? null : open(deps, sealed);
}

async function keep(deps: LinksDeps, value: z.output<typeof week>): Promise<void> {
  await deps.db.tenant(DEMO_TENANT_ID, (trx) => keepSecret(trx, at, deps.secrets.seal(JSON.stringify(value), AAD)));
}

/** Null when the master key was changed. */
function open(deps: LinksDeps, sealed: string): z.output<typeof week> | null {
  try {
    return week.parse(JSON.parse(deps.secrets.open(sealed, AAD)));
  } catch (error) {
    deps.logger.warn({ err: error, name: NAME }, "demo.secret_unreadable");
    return null;
  }
}

async function countSessions(deps: LinksDeps, known: DemoWeek): Promise<number> {
  const { rows } = await deps.db.tenant(DEMO_TENANT_ID, (trx) =>
    sql<{ count: number }>`select count(*)::integer as count from text_conversations
      where link_id = any(${known.links.map(({ id }) => id)})`.execute(trx),
  );
  return rows[0]?.count ?? 0;
}
