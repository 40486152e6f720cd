import type { Bus } from "@parley/bus";
import {
  getWebhook,
  listWebhookDeliveries,
  newId,
  redeliverWebhook,
  testWebhook,
  updateWebhook,
} from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Received, Receiver } from "./webhook-receiver.js";
import { settled, startWebhooks, until, type WebhookWorld } from "./webhook-world.js";

let world: WebhookWorld;
let tenant: WebhookWorld["tenant"];
let bus: Bus;
let db: Db;
let remote: Receiver;
beforeAll(async () => {
  world = await startWebhooks();
  ({ tenant, bus, db, remote } = world);
});
afterAll(() => world.close());
afterEach(() => {
  remote.state.answer = (_got, response) => void response.writeHead(204).end();
});

const typed = (type: string) => (got: Received) => got.payload.type === type;

describe("a webhook event", () => {
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

  it("is sent once by four replicas, with the same id to each receiver", async () => {
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

  it("that is rolled back is never sent", async () => {
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

  it("of a sweep over all tenants is sent once, however many sweepers run", async () => {
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

  it("of an escalation carries its reason and the state it had", async () => {
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

  it("reaches only receivers that subscribe to it: of its type, its agent and its tenant", async () => {
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

describe("a failed webhook attempt", () => {
  it("is repeated with the same id and body until any 2xx, and recorded in the log", async () => {
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

  it("ends as failed after the last wait, with a truncated response, and can be resent manually", async () => {
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

  it("with 410 disables the receiver, cancels pending deliveries and notifies the other receivers", async () => {
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

  it("disables the receiver after days of failures", async () => {
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

describe("a slow webhook receiver", () => {
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
