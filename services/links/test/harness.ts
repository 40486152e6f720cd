import { type Bus, connectBus } from "@parley/bus";
import {
  type AgentView,
  AppError,
  deleteKey,
  type EventContract,
  getAgent,
  getSession,
  listLinks,
  newId,
  type Principal,
  type Role,
  resolveAgent,
  type SessionView,
} from "@parley/contracts";
import { connectDb, type Db, sql } from "@parley/db";
import { createLogger, createMetrics } from "@parley/observability";
import { createSecrets } from "@parley/secrets";
import { eventually, type FreshDatabase, freshDatabase, PATIENT, startNats } from "@parley/testkit";
import type { z } from "zod";
import { createLinks, type LinksDeps, linksConfig } from "../src/index.js";

export interface Harness {
  bus: Bus;
  db: Db;
  database: FreshDatabase;
  deps: LinksDeps;
  /** A tenant with one agent called `desk`. */
  newTenant(): Promise<{ tenantId: string; agentId: string; as(role: Role): Principal }>;
  /** Payloads of an event since the start. */
  seen(contract: EventContract): unknown[];
  close(): Promise<void>;
}

/** Two replicas of links on servers of this file's own; a small stand-in answers for the agents, from the same database. */
export async function startHarness(watch: EventContract[], env: Record<string, string> = {}): Promise<Harness> {
  const [nats, database] = await Promise.all([startNats(), freshDatabase()]);
  const logger = createLogger({ service: "links-test", level: "silent" });
  const metrics = createMetrics();
  const db = connectDb({ ...PATIENT, url: database.url, name: "links-test", logger });
  const connect = (name: string) => connectBus({ url: nats.url, name, logger, metrics });
  const [bus, first, second] = await Promise.all([connect("test"), connect("links-1"), connect("links-2")]);
  const secrets = createSecrets("a master key for the tests of links, long enough");
  const deps: LinksDeps = { config: linksConfig.parse(env), logger, metrics, bus: first, db, secrets };
  serveAgents(bus, db);
  serveSessions(bus, db);
  const events = new Map<string, unknown[]>();
  for (const contract of watch) {
    const list: unknown[] = [];
    events.set(contract.subject, list);
    bus.listen(contract, async (payload) => void list.push(payload));
  }
  const replicas = [createLinks(deps), createLinks({ ...deps, bus: second })];
  await Promise.all(replicas.map((replica) => replica.start()));
  await knownOnBus(bus);
  return {
    bus,
    db,
    database,
    deps,
    seen: (contract) => events.get(contract.subject) ?? [],
    async newTenant() {
      const tenantId = newId();
      const agentId = newId();
      await db.tenant(tenantId, async (trx) => {
        await sql`insert into tenants (id, name) values (${tenantId}, 'Test')`.execute(trx);
        await sql`insert into agents (id, tenant_id, name, slug) values (${agentId}, ${tenantId}, 'Desk', 'desk')`.execute(
          trx,
        );
      });
      return { tenantId, agentId, as: (role) => ({ tenantId, role, via: "token", id: `test-${role}` }) };
    },
    async close() {
      await Promise.all(replicas.map((replica) => replica.stop()));
      await Promise.all([bus, first, second].map((open) => open.close()));
      await db.close();
      await Promise.all([nats.destroy(), database.drop()]);
    },
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

/** Waits until calls find the services: what subscribes last on each connection is asked. */
async function knownOnBus(bus: Bus): Promise<void> {
  const nobody: Principal = { tenantId: newId(), role: "viewer", via: "token", id: "nobody" };
  const page = { principal: nobody, agent: "none", limit: 1, includeInactive: true };
  await eventually(async () => {
    expectRefusal(await codeOf(bus.call(deleteKey, { principal: nobody, id: newId() })), "forbidden");
    expectRefusal(await codeOf(bus.call(listLinks, page)), "agent_not_found");
  });
}

function expectRefusal(code: string, expected: string): void {
  if (code !== expected) throw new Error(`not there yet: ${code}`);
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
