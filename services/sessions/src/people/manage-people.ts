import {
  getAgent,
  type getPeople,
  openAt,
  type PeopleView,
  type Principal,
  requireRole,
  type setPeople,
  tenantOf,
} from "@parley/contracts";
import type { z } from "zod";
import type { SessionsDeps } from "../deps.js";
import type { CheckAddress } from "../webhooks/check-address.js";
import type { PeopleRepository, PeopleRow } from "./people-repository.js";
import { changedTargets, shownTargets, targetAad } from "./targets.js";

export interface PeopleDeps extends SessionsDeps {
  people: PeopleRepository;
  checkAddress: CheckAddress;
}

async function agentIdOf({ bus }: PeopleDeps, principal: Principal, agent: string): Promise<string> {
  return (await bus.call(getAgent, { principal, agent })).agent.id;
}

function viewOf({ secrets }: PeopleDeps, agentId: string, { settings, updatedAt }: PeopleRow): PeopleView {
  const { hours, reply_minutes, fallback_minutes, targets } = settings;
  const { open, nextOpenAt } = openAt(hours, Date.now());
  return {
    ...{ hours, reply_minutes, fallback_minutes },
    notify: shownTargets(secrets, targetAad(agentId), targets),
    ...{ open_now: open, next_open_at: nextOpenAt, updated_at: updatedAt },
  };
}

/** How the people behind an agent can be reached. A read; editors and above, because it contains addresses. */
export const getPeopleHandler =
  (deps: PeopleDeps) =>
  async ({ principal, agent }: z.output<typeof getPeople.request>): Promise<z.input<typeof getPeople.response>> => {
    requireRole(principal, "editor");
    const agentId = await agentIdOf(deps, principal, agent);
    return { people: viewOf(deps, agentId, await deps.people.find(tenantOf(principal), agentId)) };
  };

/** Sets how the people behind an agent can be reached. Idempotent by state; applies to escalations opened from then on. */
export const setPeopleHandler =
  (deps: PeopleDeps) =>
  async ({
    principal,
    agent,
    body,
  }: z.output<typeof setPeople.request>): Promise<z.input<typeof setPeople.response>> => {
    requireRole(principal, "editor");
    const agentId = await agentIdOf(deps, principal, agent);
    const at = { tenantId: tenantOf(principal), agentId };
    const { hours, reply_minutes, fallback_minutes, notify } = body;
    const row = await deps.people.change(at, (before) => ({
      hours: hours === undefined ? before.hours : hours,
      reply_minutes: reply_minutes === undefined ? before.reply_minutes : reply_minutes,
      fallback_minutes: fallback_minutes === undefined ? before.fallback_minutes : fallback_minutes,
      targets: changedTargets(deps, targetAad(agentId), { before: before.targets, given: notify }),
    }));
    return { people: viewOf(deps, agentId, row) };
  };
