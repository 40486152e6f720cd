import type { Bus } from "@parley/bus";
import {
  type CreateWebhookBody,
  createSession,
  createWebhook,
  endSession,
  listWebhookDeliveries,
  type Principal,
} from "@parley/contracts";
import type { Db } from "@parley/db";
import { eventually, type MakeService, type World, world } from "@parley/testkit";
import { createSessions, sessionsConfig } from "../src/index.js";
import { type Receiver, startReceiver } from "./webhook-receiver.js";

export const MASTER_KEY = "a master key for the tests of webhooks, long enough";

const REPLICAS = 4;

export interface WebhookWorld {
  bus: Bus;
  db: Db;
  remote: Receiver;
  logs: string[];
  /** A tenant with an agent `desk`, its calls and what its receiver got. */
  tenant: () => ReturnType<typeof makeTenant>;
  close: () => Promise<void>;
}

/** Four replicas of sessions and a receiver of webhooks. */
export async function startWebhooks(): Promise<WebhookWorld> {
  const config = sessionsConfig.parse({
    ALLOW_TEST_HOOKS: "1",
    WEBHOOK_POLL_MS: "50",
    WEBHOOK_RETRY_SECONDS: "0.05,0.05,0.1,0.1",
  });
  const sessions: MakeService = (deps) => createSessions({ config, ...deps });
  const services = Array.from({ length: REPLICAS }, () => sessions);
  const options = { services, answersForAgents: true, level: "debug", poolSize: 20, masterKey: MASTER_KEY } as const;
  const [stage, remote] = await Promise.all([world(options), startReceiver()]);
  const { bus, db, logs } = stage;
  const close = async () => {
    await remote.close();
    await stage.close();
  };
  return { bus, db, remote, logs, tenant: () => makeTenant(stage, remote), close };
}

async function makeTenant({ bus, tenant }: World, remote: Receiver) {
  const { tenantId, agentId, as } = await tenant({ workflow: {} });
  const principal: Principal = as("owner");
  const path = `/${tenantId}`;
  return {
    tenantId,
    agentId,
    principal,
    path,
    got: () => remote.at(path),
    hook: (body: Partial<CreateWebhookBody> = {}) =>
      eventually(() =>
        bus.call(createWebhook, { principal, body: { url: remote.url + path, events: ["session.*"], ...body } }),
      ),
    async session(metadata: Record<string, unknown> = {}) {
      const made = await bus.call(createSession, {
        tenantId,
        agentId,
        version: null,
        metadata,
        participantVerified: false,
        replyTo: "test",
      });
      const access = { type: "hmac" as const, tenantId, sessionId: made.sessionId };
      return { ...made, end: () => bus.call(endSession, { access, reason: "owner" }) };
    },
    deliveries: async (id: string) => (await bus.call(listWebhookDeliveries, { principal, id, limit: 200 })).data,
  };
}

export type Tenant = Awaited<ReturnType<typeof makeTenant>>;

export const until = <T>(
  check: () => T | undefined | false | null | Promise<T | undefined | false | null>,
): Promise<T> =>
  eventually(
    async () => {
      const value = await check();
      if (value === undefined || value === false || value === null) throw new Error("not yet");
      return value;
    },
    { timeoutMs: 20_000 },
  );

/** Deliveries to a receiver, when at least `count` are there and none waits any more. */
export const settled = (t: Tenant, id: string, count = 1) =>
  until(async () => {
    const all = await t.deliveries(id);
    return all.length >= count && all.every(({ status }) => status !== "pending") ? all : false;
  });
