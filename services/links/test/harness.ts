import type { Bus } from "@parley/bus";
import {
  type AgentView,
  AppError,
  type EventContract,
  getAgent,
  getSession,
  resolveAgent,
  type SessionView,
} from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { type FreshDatabase, type WorldTenant, world } from "@parley/testkit";
import type { z } from "zod";
import { createLinks, type LinksDeps, linksConfig } from "../src/index.js";

export interface Harness {
  bus: Bus;
  db: Db;
  database: FreshDatabase;
  deps: LinksDeps;
  /** A tenant with one agent called `desk`. */
  newTenant(): Promise<WorldTenant>;
  /** Payloads of an event since the start. */
  seen(contract: EventContract): unknown[];
  close(): Promise<void>;
}

/** Two replicas of links on servers of this file's own; a small stand-in answers for the agents, from the same database. */
export async function startHarness(watch: EventContract[], env: Record<string, string> = {}): Promise<Harness> {
  const stage = await world();
  const { bus, db, database } = stage;
  serveAgents(bus, db);
  serveSessions(bus, db);
  const events = new Map<string, unknown[]>();
  for (const contract of watch) {
    const list: unknown[] = [];
    events.set(contract.subject, list);
    bus.listen(contract, async (payload) => void list.push(payload));
  }
  await bus.settled();
  const config = linksConfig.parse(env);
  await Promise.all([1, 2].map(() => stage.start((deps) => createLinks({ ...deps, config }))));
  return {
    bus,
    db,
    database,
    deps: { ...stage, config },
    seen: (contract) => events.get(contract.subject) ?? [],
    newTenant: () => stage.tenant(),
    close: () => stage.close(),
  };
}

function serveAgents(bus: Bus, db: Db): void {
  bus.serve(getAgent, async ({ principal, agent }) => {
    if (principal.tenantId === null) throw new AppError("forbidden");
    const { rows } = await db.tenant(principal.tenantId, (trx) =>
      sql<AgentView>`select id, tenant_id, name, slug, description, active_version, iso(created_at) as created_at,
        iso(updated_at) as updated_at from agents where slug = ${agent} or id::text = ${agent}`.execute(trx),
    );
    if (!rows[0]) throw new AppError("agent_not_found");
    return { agent: rows[0] };
  });
  bus.serve(resolveAgent, async ({ agentId, version }): Promise<z.input<typeof resolveAgent.response>> => {
    if (version !== 1) return { status: "error", code: "version_not_found" };
    return { status: "ok", agentId, agentName: "Desk", version, isActive: true };
  });
}

function serveSessions(bus: Bus, db: Db): void {
  bus.serve(getSession, async ({ access }): Promise<z.input<typeof getSession.response>> => {
    if (access.type !== "hmac" || access.tenantId === null) throw new AppError("session_not_found");
    const { rows } = await db.tenant(access.tenantId, (trx) =>
      sql<{ session: SessionView }>`select session_json(c) as session from text_conversations c
        where session_id = ${access.sessionId}`.execute(trx),
    );
    if (!rows[0]) throw new AppError("session_not_found");
    return rows[0];
  });
}

/** The code of the AppError a promise fails with; fails when it does not fail. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  throw new Error("was expected to be refused");
}
