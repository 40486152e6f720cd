import { type Bus, connectBus } from "@parley/bus";
import {
  type CreateWebhookBody,
  createSession,
  createWebhook,
  deleteWebhook,
  endSession,
  getWebhook,
  listWebhookDeliveries,
  listWebhooks,
  newId,
  type Principal,
  redeliverWebhook,
  resolveAgent,
  rotateWebhook,
  testWebhook,
  updateWebhook,
} from "@parley/contracts";
import { connectDb, type Db, sql } from "@parley/db";
import { createLogger, createMetrics } from "@parley/observability";
import { connectRedis } from "@parley/redis";
import { createSecrets, sealDocumentSecret } from "@parley/secrets";
import { eventually, freshDatabase, PATIENT, startNats } from "@parley/testkit";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSessions, sessionsConfig } from "../src/index.js";
import { type Received, type Receiver, startReceiver } from "./webhook-receiver.js";

const MASTER_KEY = "a master key for the tests of webhooks, long enough";

const REPLICAS = 4;
const logs: string[] = [];
let bus: Bus;
let db: Db;
let remote: Receiver;
let close: () => Promise<void>;

beforeAll(async () => {
  const [nats, database, receiver] = await Promise.all([startNats(), freshDatabase(), startReceiver()]);
  remote = receiver;
  const logger = createLogger({
    service: "webhooks-test",
    level: "debug",
    destination: { write: (line: string) => void logs.push(line) },
  });
  const metrics = createMetrics();
  db = connectDb({ ...PATIENT, url: database.url, name: "webhooks-test", logger, max: 20 });
  const redis = await connectRedis({ url: null, logger });
  const connect = (name: string) => connectBus({ url: nats.url, name, logger, metrics });
  bus = await connect("test");
  bus.serve(resolveAgent, async ({ agentId }) => ({
    status: "ok" as const,
    agentId,
    agentName: "Desk",
    version: 1,
    isActive: true,
  }));
  const secrets = createSecrets(MASTER_KEY);
  const config = sessionsConfig.parse({
    ALLOW_TEST_HOOKS: "1",
    WEBHOOK_POLL_MS: "50",
    WEBHOOK_RETRY_SECONDS: "0.05,0.05,0.1,0.1",
  });
  const buses = await Promise.all(Array.from({ length: REPLICAS }, (_, n) => connect(`sessions-${n}`)));
  const replicas = buses.map((own) => createSessions({ config, logger, metrics, db, redis, secrets, bus: own }));
  await Promise.all(replicas.map((replica) => replica.start()));
  close = async () => {
    await remote.close();
    await Promise.all(replicas.map((replica) => replica.stop()));
    await Promise.all([bus, ...buses].map((open) => open.close()));
    await Promise.all([db.close(), redis.close()]);
    await Promise.all([nats.destroy(), database.drop()]);
  };
});
afterAll(() => close());
afterEach(() => {
  remote.state.answer = (_got, response) => void response.writeHead(204).end();
});

async function tenant(document: object = {}) {
  const [tenantId, agentId] = [newId(), newId()];
  await db.tenant(tenantId, async (trx) => {
    await sql`insert into tenants (id, name) values (${tenantId}, 'Test')`.execute(trx);
    await sql`insert into agents (id, tenant_id, name, slug) values (${agentId}, ${tenantId}, 'Desk', 'desk')`.execute(
      trx,
    );
    await sql`select add_version(${tenantId}, ${agentId}, ${JSON.stringify({ workflow: document })}, 'x', null)`.execute(
      trx,
    );
  });
  const principal: Principal = { tenantId, role: "owner", via: "token", id: "test" };
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

const until = <T>(check: () => T | undefined | false | null | Promise<T | undefined | false | null>): Promise<T> =>
  eventually(
    async () => {
      const value = await check();
      if (value === undefined || value === false || value === null) throw new Error("not yet");
      return value;
    },
    { timeoutMs: 20_000 },
  );
const settled = (t: Awaited<ReturnType<typeof tenant>>, id: string, count = 1) =>
  until(async () => {
    const all = await t.deliveries(id);
    return all.length >= count && all.every(({ status }) => status !== "pending") ? all : false;
  });
const typed = (type: string) => (got: Received) => got.payload.type === type;

describe("a fact", () => {
  it("reaches its receiver with the session's metadata, signed as the receivers' library verifies it", async () => {
    const t = await tenant();
    const { secret } = await t.hook();
    const session = await t.session({ order: 42 });
    await session.end();
    const [started, ended] = await until(() => {
      const all = [t.got().find(typed("session.started")), t.got().find(typed("session.ended"))];
      return all.every((got) => got !== undefined) ? all : false;
    });
    if (!started || !ended) throw new Error("unreachable");
    expect(new Webhook(secret).verify(ended.body, ended.headers)).toMatchObject({
      type: "session.ended",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      data: {
        session_id: session.sessionId,
        agent_id: t.agentId,
        reason: "owner",
        end_reason: "owner",
        metadata: { order: 42 },
      },
    });
    expect(started.headers["webhook-id"]).not.toBe(ended.headers["webhook-id"]);
    const other = new Webhook(`whsec_${Buffer.alloc(24).toString("base64")}`);
    expect(() => other.verify(ended.body, ended.headers)).toThrow();
  });

  it("is sent once by four replicas, each receiver with the same id", async () => {
    const t = await tenant();
    await t.hook({ events: ["session.started"] });
    await t.hook({ events: ["*"], url: `${remote.url}${t.path}/second` });
    const sessions = await Promise.all(Array.from({ length: 40 }, () => t.session()));
    await until(() => t.got().length >= 40 && remote.at(`${t.path}/second`).length >= 40);
    const idOf = (got: Received): [unknown, string | undefined] => [
      got.payload.data.session_id,
      got.headers["webhook-id"],
    ];
    const [first, second] = [t.got().map(idOf), remote.at(`${t.path}/second`).map(idOf)];
    expect(first).toHaveLength(40);
    expect(new Set(first.map(([session]) => session))).toEqual(new Set(sessions.map(({ sessionId }) => sessionId)));
    expect(new Map(first)).toEqual(new Map(second));
  });

  it("that is rolled back is never told", async () => {
    const t = await tenant();
    const { webhook } = await t.hook();
    const session = await t.session();
    await expect(
      db.tenant(t.tenantId, async (trx) => {
        await sql`select close_conversation(${session.conversationId}, 'completed', 'test')`.execute(trx);
        throw new Error("rolled back");
      }),
    ).rejects.toThrow("rolled back");
    expect((await settled(t, webhook.id)).map(({ type }) => type)).toEqual(["session.started"]);
  });

  it("of a sweep over all tenants is told once, however many sweep", async () => {
    const t = await tenant();
    const { webhook } = await t.hook({ events: ["session.ended", "link.revoked"] });
    const link = newId();
    await t.session();
    await db.tenant(t.tenantId, async (trx) => {
      await sql`insert into temporary_chat_links (id, tenant_id, agent_id, token_id, token_hash, token_hint, title, created_by, expires_at, metadata)
        values (${link}, ${t.tenantId}, ${t.agentId}, ${link}, '', '', 'Desk', 'test', now() - interval '1 minute', '{"campaign": "spring"}')`.execute(
        trx,
      );
      await sql`update text_conversations set updated_at = now() - interval '1 day', idle_check_at = now()`.execute(
        trx,
      );
    });
    const sweep = () =>
      Promise.all([db.query("select end_idle_sessions(100)"), db.query("select expire_links(100)")] as const);
    await Promise.all([sweep(), sweep(), sweep(), sweep()]);
    const all = await settled(t, webhook.id, 2);
    expect(all.map(({ type, status }) => [type, status]).sort()).toEqual([
      ["link.revoked", "delivered"],
      ["session.ended", "delivered"],
    ]);
    expect(t.got().map(({ payload }) => payload.data)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ link_id: link, reason: "expired", metadata: { campaign: "spring" } }),
        expect.objectContaining({ status: "abandoned", reason: "idle_timeout" }),
      ]),
    );
  });

  it("of an escalation carries its reason beside the state it had", async () => {
    const t = await tenant();
    await t.hook({ events: ["escalation.*"] });
    const session = await t.session();
    const escalation = newId();
    await db.tenant(t.tenantId, async (trx) => {
      await sql`insert into escalations (id, tenant_id, conversation_id, source, reason)
        values (${escalation}, ${t.tenantId}, ${session.conversationId}, 'visitor', 'wants a person')`.execute(trx);
      await sql`select escalation_fact(e, 'sessions.v1.event.escalated') from escalations e where id = ${escalation}`.execute(
        trx,
      );
    });
    const told = await until(() => t.got()[0]);
    expect(told.payload).toMatchObject({
      type: "escalation.opened",
      data: {
        session_id: session.sessionId,
        status: "active",
        escalation: { escalation_id: escalation, status: "open", source: "visitor", reason: "wants a person" },
      },
    });
  });

  it("reaches only receivers that asked for it: of its kind, its agent and its tenant", async () => {
    const [t, stranger] = [await tenant(), await tenant()];
    const { webhook: links } = await t.hook({ events: ["link.*"] });
    const { webhook: foreign } = await stranger.hook({ events: ["*"] });
    const { webhook: own } = await t.hook({ events: ["session.started"], agent: "desk" });
    await db.tenant(t.tenantId, (trx) =>
      sql`insert into agents (id, tenant_id, name, slug) values (${newId()}, ${t.tenantId}, 'Other', 'other')`.execute(
        trx,
      ),
    );
    const { webhook: other } = await t.hook({ events: ["*"], agent: "other" });
    await (await t.session()).end();
    expect(await settled(t, own.id)).toMatchObject([{ type: "session.started", status: "delivered" }]);
    expect(await t.deliveries(links.id)).toEqual([]);
    expect(await t.deliveries(other.id)).toEqual([]);
    expect(await stranger.deliveries(foreign.id)).toEqual([]);
  });
});

describe("an attempt that fails", () => {
  it("is repeated with the same id and body until any 2xx, and the log tells of it", async () => {
    const t = await tenant();
    const { webhook } = await t.hook({ events: ["session.started"] });
    remote.state.answer = (_got, response, nth) =>
      void response.writeHead(nth < 3 ? 500 : 202).end(nth < 3 ? "broken \u0000 x".repeat(500) : "fine");
    await t.session();
    const [delivery] = await settled(t, webhook.id);
    expect(delivery).toMatchObject({
      status: "delivered",
      attempts: 3,
      outcome: "delivered",
      response_status: 202,
      response_body: "fine",
      next_attempt_at: null,
    });
    expect(delivery?.response_ms).toBeGreaterThanOrEqual(0);
    expect(new Set(t.got().map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([delivery?.event_id]));
    expect(new Set(t.got().map(({ body }) => body)).size).toBe(1);
    expect((await bus.call(getWebhook, { principal: t.principal, id: webhook.id })).webhook.failures).toBe(0);
  });

  it("ends after the last wait as failed, its answer cut to a beginning, and can be sent again by hand", async () => {
    const t = await tenant();
    const { webhook } = await t.hook({ events: ["session.started"] });
    remote.state.answer = (_got, response) => void response.writeHead(503).end("x".repeat(5_000));
    await t.session();
    const [failed] = await settled(t, webhook.id);
    expect(failed).toMatchObject({ status: "failed", attempts: 5, outcome: "status", response_status: 503 });
    expect(failed?.response_body).toBe("x".repeat(1_000));
    expect(t.got()).toHaveLength(5);

    remote.state.answer = (_got, response) => void response.writeHead(200).end();
    const idempotency = { key: "by hand", fingerprint: "f" };
    const again = () => bus.call(redeliverWebhook, { principal: t.principal, id: failed?.id ?? "", idempotency });
    const { delivery } = await again();
    expect(delivery.status).toBe("pending");
    expect(await settled(t, webhook.id)).toMatchObject([{ status: "delivered", attempts: 1, id: failed?.id }]);
    expect(t.got()).toHaveLength(6);
    expect(t.got().at(-1)?.headers["webhook-id"]).toBe(failed?.event_id);
    // The request of before, repeated: its first answer, and nothing waits to be sent.
    expect(await again()).toEqual({ delivery, replayed: true });
    const log = await bus.call(listWebhookDeliveries, { principal: t.principal, id: webhook.id, limit: 1 });
    expect(log.data).toMatchObject([{ status: "delivered", id: failed?.id }]);
  });

  it("with 410 switches the receiver off, cancels what waits and tells the other receivers", async () => {
    const t = await tenant();
    const { webhook } = await t.hook({ events: ["session.*"] });
    const { webhook: watcher } = await t.hook({ events: ["webhook.disabled"], url: `${remote.url}${t.path}/watch` });
    remote.state.answer = (got, response) => void response.writeHead(got.path === t.path ? 410 : 200).end();
    await t.session();
    const off = await until(async () => {
      const now = await bus.call(getWebhook, { principal: t.principal, id: webhook.id });
      return !now.webhook.is_active && now.webhook;
    });
    expect(off).toMatchObject({ disabled_reason: "gone", disabled_at: expect.any(String) });
    expect(await settled(t, watcher.id)).toMatchObject([{ type: "webhook.disabled", status: "delivered" }]);
    expect(remote.at(`${t.path}/watch`)[0]?.payload.data).toMatchObject({ webhook_id: webhook.id, reason: "gone" });
    const count = t.got().length;
    await t.session();
    await expect(bus.call(testWebhook, { principal: t.principal, id: webhook.id })).rejects.toMatchObject({
      code: "webhook_disabled",
    });
    expect(await t.deliveries(webhook.id)).toHaveLength(count);

    remote.state.answer = (_got, response) => void response.writeHead(204).end();
    const on = await bus.call(updateWebhook, { principal: t.principal, id: webhook.id, body: { is_active: true } });
    expect(on.webhook).toMatchObject({ is_active: true, disabled_reason: null, failures: 0, failing_since: null });
    await t.session();
    await until(() => t.got().length > count);
  });

  it("for days on end switches the receiver off", async () => {
    const t = await tenant();
    const { webhook } = await t.hook({ events: ["session.started"] });
    remote.state.answer = (_got, response) => void response.writeHead(500).end();
    await db.tenant(t.tenantId, (trx) =>
      sql`update webhook_endpoints set failures = 1, failing_since = now() - interval '73 hours' where id = ${webhook.id}`.execute(
        trx,
      ),
    );
    await t.session();
    const off = await until(async () => {
      const now = await bus.call(getWebhook, { principal: t.principal, id: webhook.id });
      return !now.webhook.is_active && now.webhook;
    });
    expect(off.disabled_reason).toBe("failing");
    // Its further tries are cancelled, they would come to nobody.
    expect(await settled(t, webhook.id)).toMatchObject([{ status: "cancelled", attempts: 1 }]);
  });

  it("at a private address is refused before anything is sent", async () => {
    const t = await tenant();
    const { webhook } = await t.hook({ events: ["session.started"] });
    // What a name that leads there would come to; the address itself is not taken.
    await db.tenant(t.tenantId, (trx) =>
      sql`update webhook_endpoints set url = 'http://10.1.2.3/hook' where id = ${webhook.id}`.execute(trx),
    );
    await t.session();
    expect(await settled(t, webhook.id)).toMatchObject([
      { status: "failed", outcome: "refused", response_status: null },
    ]);
  });
});

describe("a slow receiver", () => {
  it("delays no other one, of its own tenant or of another", async () => {
    const [t, neighbour] = [await tenant(), await tenant()];
    await t.hook({ events: ["session.started"], url: `${remote.url}${t.path}/slow` });
    await t.hook({ events: ["session.started"] });
    await neighbour.hook({ events: ["session.started"] });
    const held: (() => void)[] = [];
    let [open, most] = [0, 0];
    remote.state.answer = (got, response) => {
      if (!got.path.endsWith("/slow")) return void response.writeHead(200).end();
      open += 1;
      most = Math.max(most, open);
      // Answered, or given up by the sender.
      response.once("close", () => {
        open -= 1;
      });
      held.push(() => void response.writeHead(200).end());
    };
    await Promise.all(Array.from({ length: 30 }, () => t.session()));
    await Promise.all(Array.from({ length: 10 }, () => neighbour.session()));
    await until(() => t.got().length === 30 && neighbour.got().length === 10);
    // Four replicas together hold no more places of the slow one than one would.
    await until(() => most >= 8);
    expect(most).toBe(8);
    const releaseAll = (): void => {
      for (const answer of held.splice(0)) answer();
    };
    const release = setInterval(() => releaseAll(), 20);
    await until(() => new Set(remote.at(`${t.path}/slow`).map(({ headers }) => headers["webhook-id"])).size === 30);
    clearInterval(release);
    releaseAll();
    expect(most).toBe(8);
  });
});

describe("a secret", () => {
  it("is told once, sealed at rest, and signs beside the next one until the overlap ends", async () => {
    const t = await tenant();
    const { webhook, secret: old } = await t.hook({ events: ["session.started"] });
    expect(old).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
    expect(JSON.stringify(await bus.call(listWebhooks, { principal: t.principal, limit: 10 }))).not.toContain("whsec_");
    const at = { principal: t.principal, id: webhook.id };
    const { secret: next, webhook: rotated } = await bus.call(rotateWebhook, { ...at, overlapSeconds: 3_600 });
    expect(rotated.previous_secret_until).not.toBeNull();
    await t.session();
    const first = await until(() => t.got()[0]);
    expect(first.headers["webhook-signature"]?.split(" ")).toHaveLength(2);
    for (const secret of [old, next]) new Webhook(secret).verify(first.body, first.headers);

    const { secret: last } = await bus.call(rotateWebhook, { ...at, overlapSeconds: 0 });
    await t.session();
    const second = await until(() => t.got()[1]);
    expect(second.headers["webhook-signature"]?.split(" ")).toHaveLength(1);
    new Webhook(last).verify(second.body, second.headers);
    expect(() => new Webhook(next).verify(second.body, second.headers)).toThrow();
    const stored = await db.tenant(t.tenantId, (trx) =>
      sql<{ row: string }>`select e::text as row from webhook_endpoints e`.execute(trx),
    );
    for (const secret of [old, next, last]) {
      expect(stored.rows[0]?.row).not.toContain(secret.slice(6));
      expect(logs.join("")).not.toContain(secret.slice(6));
    }
  });
});

describe("a receiver", () => {
  it.each([
    ["http://10.1.2.3/hook", "private_address"],
    ["http://169.254.169.254/latest", "private_address"],
    ["http://[fd00::1]/", "private_address"],
    ["http://[::ffff:192.168.1.1]/", "private_address"],
    ["http://3232235777/", "private_address"],
    ["http://0300.0250.1.1/", "private_address"],
    ["https://example.com:25/", "port_not_allowed"],
  ])("at %s is refused at once (%s), made or changed", async (url, rule) => {
    const t = await tenant();
    const { principal } = t;
    const refused = { code: "validation_failed", errors: [{ pointer: "/url", rule, message: expect.any(String) }] };
    const made = bus.call(createWebhook, { principal, body: { url, events: ["*"] } });
    await expect(made).rejects.toMatchObject(refused);
    const { webhook } = await t.hook();
    const changed = bus.call(updateWebhook, { principal, id: webhook.id, body: { url } });
    await expect(changed).rejects.toMatchObject(refused);
    const kept = await bus.call(listWebhooks, { principal, limit: 10 });
    expect(kept.data.map((one) => one.url)).toEqual([remote.url + t.path]);
  });

  it("is made once for an idempotency key, with the same secret each time it is asked for", async () => {
    const t = await tenant();
    const body: CreateWebhookBody = { url: "https://example.com/hook", events: ["*"] };
    const ask = (fingerprint: string) =>
      bus.call(createWebhook, { principal: t.principal, body, idempotency: { key: "once", fingerprint } });
    const answers = await Promise.all([ask("a"), ask("a"), ask("a"), ask("a")]);
    expect(answers.filter(({ replayed }) => replayed === false)).toHaveLength(1);
    const [first, ...others] = answers;
    for (const { webhook, secret } of others) {
      expect({ webhook, secret }).toEqual({ webhook: first.webhook, secret: first.secret });
    }
    await bus.call(rotateWebhook, { principal: t.principal, id: first.webhook.id, overlapSeconds: 0 });
    // The first answer, although the receiver is another one by now.
    expect(await ask("a")).toEqual({ webhook: first.webhook, secret: first.secret, replayed: true });
    await expect(ask("b")).rejects.toMatchObject({ code: "idempotency_key_reused" });
    expect((await bus.call(listWebhooks, { principal: t.principal, limit: 10 })).data).toHaveLength(1);
    const kept = await db.tenant(t.tenantId, (trx) =>
      sql<{
        response: string;
      }>`select response::text as response from idempotency_keys where scope = 'webhooks.create'`.execute(trx),
    );
    expect(kept.rows[0]?.response).not.toContain(first.secret.slice(6));
  });

  it("can be tested, changed, listed page by page and deleted; another tenant does not see it", async () => {
    const [t, stranger] = [await tenant(), await tenant()];
    const { principal } = t;
    const { webhook } = await t.hook({ events: ["link.created"] });
    const id = webhook.id;
    await bus.call(testWebhook, { principal, id });
    expect(await settled(t, id)).toMatchObject([{ type: "webhook.test", status: "delivered" }]);
    const body = { url: `${remote.url}${t.path}`, events: ["session.started" as const], description: "Desk" };
    expect((await bus.call(updateWebhook, { principal, id, body })).webhook).toMatchObject({ description: "Desk" });
    for (let n = 0; n < 3; n += 1) await bus.call(testWebhook, { principal, id });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await bus.call(listWebhookDeliveries, { principal, id, limit: 3, ...(cursor ? { cursor } : {}) });
      seen.push(...page.data.map((delivery) => delivery.id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toHaveLength(4);
    expect(new Set(seen).size).toBe(4);

    const other = await t.hook({ events: ["link.created"] });
    const { delivery: newest } = await bus.call(testWebhook, { principal, id: other.webhook.id });
    await settled(t, other.webhook.id);
    const all = async (more: object) => {
      const { data } = await bus.call(listWebhookDeliveries, { principal, limit: 200, ...more });
      return data.map((delivery) => delivery.id);
    };
    expect(await all({})).toEqual([newest.id, ...seen]);
    expect(await all({ limit: 2 })).toEqual([newest.id, seen[0]]);
    expect(await all({ status: "failed" })).toEqual([]);
    expect(await all({ type: "session.ended" })).toEqual([]);
    expect(await all({ id })).toEqual(seen);
    expect(await all({ principal: stranger.principal })).toEqual([]);

    const foreign = { principal: stranger.principal, id };
    for (const call of [getWebhook, deleteWebhook, testWebhook] as const) {
      await expect(bus.call(call, foreign)).rejects.toMatchObject({ code: "webhook_not_found" });
    }
    const [first = ""] = seen;
    await expect(bus.call(redeliverWebhook, { ...foreign, id: first })).rejects.toMatchObject({
      code: "delivery_not_found",
    });
    const viewer = { ...principal, role: "editor" as const };
    await expect(bus.call(deleteWebhook, { principal: viewer, id })).rejects.toMatchObject({ code: "forbidden" });
    await bus.call(deleteWebhook, { principal, id });
    await expect(bus.call(getWebhook, { principal, id })).rejects.toMatchObject({ code: "webhook_not_found" });
  });

  it("of an agent version is made with the version, uses its auth, retries and events, and changes only there", async () => {
    const secret = "an author's own words";
    const retry = { max_retries: 1, initial_delay_ms: 10 };
    const own = (more: object) => ({ enabled: true, url: "", retry, ...more });
    const t = await tenant();
    // As a version is stored; one from before secrets were sealed is read as it lies.
    const sealed = sealDocumentSecret(createSecrets(MASTER_KEY), t.tenantId, secret);
    const add = async (version: number, webhook: object): Promise<void> => {
      const { rows } = await db.tenant(t.tenantId, (trx) =>
        sql`select add_version(${t.tenantId}, ${t.agentId}, ${JSON.stringify({ workflow: { webhook } })}, 'x', null) as added`.execute(
          trx,
        ),
      );
      expect(rows).toEqual([{ added: version }]);
    };
    await add(2, own({ url: `${remote.url}${t.path}/2`, auth: { type: "bearer", token: "t0ken" }, events: ["ended"] }));
    await add(
      3,
      own({ url: `${remote.url}${t.path}/3`, auth: { type: "hmac", secret: sealed }, include_transcript: true }),
    );
    await add(4, { ...own({ url: `${remote.url}${t.path}/4` }), enabled: false });
    for (const version of [2, 3, 4]) {
      const session = await t.session();
      await db.tenant(t.tenantId, (trx) =>
        sql`update text_conversations set agent_version = ${version} where id = ${session.conversationId}`.execute(trx),
      );
      await session.end();
    }
    remote.state.answer = (_got, response) => void response.writeHead(500).end();
    const [bearer, hmac] = await until(() => {
      const all = [remote.at(`${t.path}/2`), remote.at(`${t.path}/3`)];
      return all.every((list) => list.length > 0) ? all.map((list) => list[0]) : false;
    });
    expect(bearer?.headers.authorization).toBe("Bearer t0ken");
    expect(bearer?.headers["webhook-signature"]).toBeUndefined();
    const verified = new Webhook(Buffer.from(secret), { format: "raw" }).verify(hmac?.body ?? "", hmac?.headers ?? {});
    expect(verified).toMatchObject({ type: "session.ended", data: { transcript: [] } });
    expect(remote.at(`${t.path}/4`)).toEqual([]);

    const { data } = await bus.call(listWebhooks, { principal: t.principal, limit: 10 });
    expect(data.map(({ agent_version }) => agent_version).sort()).toEqual([2, 3]);
    expect(JSON.stringify(data)).not.toMatch(/t0ken|own words/);
    const at = { principal: t.principal, id: data[0]?.id ?? "" };
    await expect(bus.call(updateWebhook, { ...at, body: { events: ["*"] } })).rejects.toMatchObject({
      code: "webhook_of_version",
    });
    await expect(bus.call(deleteWebhook, at)).rejects.toMatchObject({ code: "webhook_of_version" });
    expect((await bus.call(updateWebhook, { ...at, body: { is_active: false } })).webhook.disabled_reason).toBe(
      "owner",
    );
  });
});
