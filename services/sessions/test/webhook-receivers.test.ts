import type { Bus } from "@parley/bus";
import {
  type CreateWebhookBody,
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhookDeliveries,
  listWebhooks,
  redeliverWebhook,
  rotateWebhook,
  testWebhook,
  updateWebhook,
} from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { createSecrets, sealDocumentSecret } from "@parley/secrets";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Receiver } from "./webhook-receiver.js";
import { MASTER_KEY, settled, startWebhooks, until, type WebhookWorld } from "./webhook-world.js";

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

describe("a webhook secret", () => {
  it("is shown once, sealed at rest, and signs beside the next one until the overlap ends", async () => {
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
      expect(world.logs.join("")).not.toContain(secret.slice(6));
    }
  });
});

describe("a webhook receiver", () => {
  it.each([
    ["http://10.1.2.3/hook", "private_address"],
    ["http://169.254.169.254/latest", "private_address"],
    ["http://[fd00::1]/", "private_address"],
    ["http://[::ffff:192.168.1.1]/", "private_address"],
    ["http://3232235777/", "private_address"],
    ["http://0300.0250.1.1/", "private_address"],
    ["https://example.com:25/", "port_not_allowed"],
  ])("at %s is refused at once (%s), whether created or changed", async (url, rule) => {
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

  it("is created once per idempotency key, with the same secret in each answer", async () => {
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

  it("of an agent version is created with it, uses its auth, retries and events, and changes only there", async () => {
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
