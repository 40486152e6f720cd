import { setTimeout as pause } from "node:timers/promises";
import {
  type AlertFiring,
  createAlert,
  type createAlertBody,
  createWebhook,
  deleteAlert,
  getAlert,
  listAlertFirings,
  listAlerts,
  newId,
  type Principal,
  testAlert,
  updateAlert,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { type AnalyticsWorld, addSession, analyticsWorld, rollUp } from "./analytics-world.js";
import { type PeopleWorld, peopleWorld } from "./people-world.js";

/** How often the look at the rules is killed. */
const KILLS = process.env.ALERTS_FULL === "1" ? 50 : 10;

let world: PeopleWorld;
beforeAll(async () => {
  world = await peopleWorld(2, { WEBHOOK_POLL_MS: "50", OUTBOUND_ALLOWED_CIDRS: "127.0.0.0/8" });
}, 60_000);
afterAll(() => world?.close(), 60_000);

type Body = z.input<typeof createAlertBody>;

/** A tenant with an agent, a link with a budget, and rules. */
async function tenant() {
  const at = await analyticsWorld(world.db);
  const { tenantId, linkId } = at;
  const principal: Principal = { ...at.principal, role: "owner" };
  const run = (statement: ReturnType<typeof sql>) => world.db.tenant(tenantId, (trx) => statement.execute(trx));
  await run(sql`insert into link_budgets (link_id, tenant_id, max_tokens) values (${linkId}, ${tenantId}, 1000)`);
  const rule = async (body: Body, isOperator = false): Promise<string> =>
    (await eventually(() => world.bus.call(createAlert, { principal, body, isOperator }))).alert.id;
  const firings = async (id: string): Promise<AlertFiring[]> =>
    (await world.bus.call(listAlertFirings, { principal, id, limit: 100 })).data;
  return {
    ...{ at, tenantId, linkId, principal, run, rule, firings, chat: `/${tenantId}` },
    chatUrl: `${world.chat.url}/${tenantId}`,
    spend: (tokens: number) => run(sql`update link_budgets set tokens_used = ${tokens} where link_id = ${linkId}`),
    /** Values of the crossings, newest first, with whether they are over. */
    crossings: async (id: string) =>
      (await firings(id)).map(({ value, recovered_at: at }) => [value, at === null ? "open" : "over"]),
    mails: async () =>
      (
        await world.db.tenant(tenantId, (trx) =>
          sql<{ subject: string; body: string }>`select subject, body from dev_mail order by id`.execute(trx),
        )
      ).rows,
  };
}
type Tenant = Awaited<ReturnType<typeof tenant>>;

/** One look at every rule, by as many evaluators at once. */
const look = (evaluators = 1) =>
  Promise.all(Array.from({ length: evaluators }, () => world.db.query("select evaluate_alerts(1000, 0)", [])));

/** A webhook endpoint, and what its attempts came to. */
async function endpoint(t: Tenant): Promise<string> {
  const id = newId();
  await t.run(sql`insert into webhook_endpoints (id, tenant_id, url, events, created_by)
    values (${id}, ${t.tenantId}, 'https://hooks.example.com/parley', '{session.ended}', 'test')`);
  return id;
}

async function escalation(at: AnalyticsWorld, minutesAgo: number): Promise<string> {
  const conversation = await addSession(world.db, at, { daysAgo: 1 });
  const id = newId();
  await world.db.tenant(at.tenantId, (trx) =>
    sql`insert into escalations (id, tenant_id, conversation_id, source, created_at)
      values (${id}, ${at.tenantId}, ${conversation}, 'visitor', now() - make_interval(mins => ${minutesAgo}))`.execute(
      trx,
    ),
  );
  return id;
}

/** Sessions in the hour that runs: turns that failed, and ratings. */
async function now(t: Tenant, past: { failed?: number; answered?: number; ratings?: number[] }): Promise<void> {
  const { failed = 0, answered = 0, ratings = [] } = past;
  const turns = [
    ...Array.from({ length: failed }, () => ({ failed: "model_unavailable" })),
    ...Array.from({ length: answered }, () => ({})),
  ];
  const ids = turns.length > 0 ? [await addSession(world.db, t.at, { daysAgo: 0, turns })] : [];
  for (const rating of ratings) ids.push(await addSession(world.db, t.at, { daysAgo: 0, rating }));
  await t.run(sql`update text_conversations set created_at = now() where id = any(${ids}::uuid[])`);
  await t.run(sql`update session_turns set created_at = now() where conversation_id = any(${ids}::uuid[])`);
  await rollUp(world.db);
}

/** The hours go by. */
const hoursLater = async (t: Tenant, hours: number): Promise<void> => {
  await t.run(sql`delete from analytics_rollups where grain = 'link' or grain = 'day'`);
  await t.run(sql`update analytics_rollups set period = period - make_interval(hours => ${hours})`);
};

describe("an alert fires once, and again only after recovery,", () => {
  it("for the budget of a link, at 80 percent unless specified otherwise", async () => {
    const t = await tenant();
    const id = await t.rule({ kind: "budget_spent", tell_recovery: true, notify: { emails: ["team@example.com"] } });
    await t.spend(799);
    await look();
    expect(await t.firings(id)).toEqual([]);
    await t.spend(810);
    for (let n = 0; n < 3; n += 1) await look();
    await t.spend(990);
    await look();
    expect(await t.crossings(id)).toEqual([[81, "open"]]);
    expect((await t.firings(id))[0]?.link_id).toBe(t.linkId);
    await t.run(sql`update link_budgets set max_tokens = 2000 where link_id = ${t.linkId}`);
    await look();
    await t.spend(1_700);
    await look();
    expect(await t.crossings(id)).toEqual([
      [85, "open"],
      [81, "over"],
    ]);
    await eventually(async () =>
      expect((await t.mails()).map(({ subject }) => subject).sort()).toEqual([
        "Alert: Budget spent: Front desk",
        "Alert: Budget spent: Front desk",
        "Recovered: Budget spent: Front desk",
      ]),
    );
    expect((await t.mails()).map(({ body }) => body).join()).toContain("Now: 81 %\nThreshold: 80 %");
  });

  it("for a used-up budget, also because of a turn that no longer fitted", async () => {
    const t = await tenant();
    const id = await t.rule({ kind: "budget_used_up", link_id: t.linkId });
    await t.spend(960);
    await look();
    expect(await t.firings(id)).toEqual([]);
    const turns = [{ failed: "budget_exhausted" }];
    const session = await addSession(world.db, t.at, { daysAgo: 0, turns });
    await t.run(sql`update session_turns set created_at = now() where conversation_id = ${session}`);
    await rollUp(world.db);
    await look();
    await look();
    expect(await t.crossings(id)).toEqual([[96, "open"]]);
    await hoursLater(t, 3);
    await look();
    expect(await t.crossings(id)).toEqual([[96, "open"]]);
    await t.run(sql`update link_budgets set max_tokens = 2000 where link_id = ${t.linkId}`);
    await look();
    await t.spend(2_000);
    await look();
    expect(await t.crossings(id)).toEqual([
      [100, "open"],
      [96, "over"],
    ]);
  });

  it("for failed turns, as a count and as a share", async () => {
    const t = await tenant();
    const count = await t.rule({ kind: "failed_turns", threshold: 3, agent: "desk" });
    const rate = await t.rule({ kind: "failed_turn_rate", threshold: 20 });
    const other = await t.rule({ kind: "failed_turns", threshold: 3, window_hours: 100, link_id: t.linkId });
    await now(t, { failed: 2, answered: 4 });
    await look();
    expect([await t.firings(count), await t.firings(rate)]).toEqual([[], []]);
    await now(t, { failed: 2, answered: 8 });
    for (let n = 0; n < 2; n += 1) await look();
    expect(await t.crossings(count)).toEqual([[4, "open"]]);
    expect(await t.crossings(rate)).toEqual([[25, "open"]]);
    await hoursLater(t, 3);
    await look();
    expect(await t.crossings(count)).toEqual([[4, "over"]]);
    expect(await t.crossings(rate)).toEqual([[25, "over"]]);
    expect(await t.crossings(other)).toEqual([[4, "open"]]);
  });

  it("for a waiting visitor, but not while the time swings around the threshold", async () => {
    const t = await tenant();
    const id = await t.rule({ kind: "waiting_time", threshold: 10 });
    const waiting = await escalation(t.at, 12);
    await escalation(t.at, 2);
    await look();
    const set = (minutes: number) =>
      t.run(
        sql`update escalations set created_at = now() - make_interval(secs => ${minutes * 60}) where id = ${waiting}`,
      );
    for (const minutes of [9.5, 11, 9.5]) {
      await set(minutes);
      await look();
    }
    expect(await t.crossings(id)).toEqual([[12, "open"]]);
    await set(8);
    await look();
    expect(await t.crossings(id)).toEqual([[12, "over"]]);
    await set(15);
    await look();
    await t.run(sql`update escalations set status = 'resolved', resolved_at = now() where id = ${waiting}`);
    await look();
    expect(await t.crossings(id)).toEqual([
      [15, "over"],
      [12, "over"],
    ]);
  });

  it("for each failing webhook, but not for one that its owner disabled", async () => {
    const t = await tenant();
    const id = await t.rule({ kind: "webhook_failing" });
    const [one, two, three] = [await endpoint(t), await endpoint(t), await endpoint(t)];
    await t.run(sql`update webhook_endpoints set failures = 5 where id = ${one}`);
    await t.run(
      sql`update webhook_endpoints set failures = 1, is_active = false, disabled_reason = 'gone' where id = ${two}`,
    );
    await t.run(
      sql`update webhook_endpoints set failures = 9, is_active = false, disabled_reason = 'owner' where id = ${three}`,
    );
    await look();
    await look();
    expect((await t.firings(id)).map(({ webhook_id: of }) => of).sort()).toEqual([one, two].sort());
    await t.run(sql`update webhook_endpoints set failures = 0 where id = ${one}`);
    await t.run(sql`delete from webhook_endpoints where id = ${two}`);
    await look();
    expect(await t.crossings(id)).toEqual([
      [5, "over"],
      [5, "over"],
    ]);
  });

  it("for an average rating below the threshold, from five ratings on", async () => {
    const t = await tenant();
    const id = await t.rule({ kind: "rating_below", threshold: 3 });
    await now(t, { ratings: [1, 1, 1, 1] });
    await look();
    expect(await t.firings(id)).toEqual([]);
    await now(t, { ratings: [5] });
    await look();
    expect(await t.crossings(id)).toEqual([[1.8, "open"]]);
    // (9 + 15) / 8 = 3: back, but not by enough.
    await now(t, { ratings: [5, 5, 5] });
    await look();
    expect(await t.crossings(id)).toEqual([[1.8, "open"]]);
    await now(t, { ratings: [5, 5] });
    await look();
    expect(await t.crossings(id)).toEqual([[1.8, "over"]]);
  });

  it("for security events within the hour, of one link or of all", async () => {
    const t = await tenant();
    const all = await t.rule({ kind: "security_events", threshold: 5 });
    const own = await t.rule({ kind: "security_events", threshold: 5, link_id: t.linkId });
    const notice = async (count: number, linkId: string | null): Promise<void> => {
      const event = { id: newId(), link_id: linkId, kind: "rate_limited", count, at: new Date().toISOString() };
      await world.db.query("select note_security_events($1, $2)", [t.tenantId, JSON.stringify([event])]);
      await rollUp(world.db);
      await look();
    };
    await notice(4, null);
    expect(await t.firings(all)).toEqual([]);
    await notice(3, t.linkId);
    expect([await t.crossings(all), await t.crossings(own)]).toEqual([[[7, "open"]], []]);
    await notice(2, t.linkId);
    expect([await t.crossings(all), await t.crossings(own)]).toEqual([[[7, "open"]], [[5, "open"]]]);
    await hoursLater(t, 2);
    await look();
    expect([await t.crossings(all), await t.crossings(own)]).toEqual([[[7, "over"]], [[5, "over"]]]);
  });

  it("for turns that were given up, of all tenants only for operators of the installation", async () => {
    const [t, other] = [await tenant(), await tenant()];
    const [own, all] = [
      await t.rule({ kind: "dead_letters" }),
      await t.rule({ kind: "dead_letters", all_tenants: true }, true),
    ];
    const body: Body = { kind: "dead_letters", all_tenants: true };
    const asked = world.bus.call(createAlert, { principal: t.principal, body, isOperator: false });
    await expect(asked).rejects.toMatchObject({ code: "forbidden" });
    const session = await addSession(world.db, other.at, { daysAgo: 0, turns: [{ failed: "internal" }] });
    const dead = (give: ReturnType<typeof sql>) => other.run(give);
    await dead(sql`insert into dead_turns (conversation_id, seq, tenant_id, reason)
      values (${session}, 1, ${other.tenantId}, 'attempts_exhausted')`);
    await look();
    expect([await t.crossings(own), await t.crossings(all)]).toEqual([[], [[1, "open"]]]);
    await dead(sql`delete from dead_turns`);
    await look();
    expect(await t.crossings(all)).toEqual([[1, "over"]]);
  });
});

describe("alert notifications", () => {
  it("reach mail, chat and signed webhook once per crossing, with any number of evaluators and senders", async () => {
    const t = await tenant();
    const { webhook } = await world.bus.call(createWebhook, {
      ...{ principal: t.principal, body: { url: `${t.chatUrl}/hook`, events: ["alert.*" as const] } },
    });
    const notify = { emails: ["team@example.com"], chat_urls: [t.chatUrl] };
    const id = await t.rule({ kind: "budget_spent", name: "Money <b>", tell_recovery: true, notify });
    await t.spend(900);
    for (let n = 0; n < 5; n += 1) await look(4);
    await eventually(
      async () =>
        expect((await t.firings(id))[0]?.told.map(({ kind, target, status }) => [kind, target, status]).sort()).toEqual(
          [
            ["chat", `${world.chat.url}/••••${t.tenantId.slice(-4)}`, "sent"],
            ["mail", "t••••@example.com", "sent"],
            ["webhook", webhook.id, "sent"],
          ],
        ),
      { timeoutMs: 20_000 },
    );
    await t.spend(100);
    for (let n = 0; n < 3; n += 1) await look(4);
    await eventually(async () => {
      expect(world.chat.at(t.chat)).toHaveLength(2);
      expect(world.chat.at(`${t.chat}/hook`)).toHaveLength(2);
      expect(await t.mails()).toHaveLength(2);
    });
    const [fired, recovered] = world.chat.at(`${t.chat}/hook`);
    expect(fired?.headers["webhook-signature"]).toMatch(/^v1,/);
    const common = { alert_id: id, kind: "budget_spent", link_id: t.linkId, threshold: 80, test: false };
    expect(fired?.payload).toMatchObject({ type: "alert.fired", data: { alert: { ...common, value: 90 } } });
    expect(recovered?.payload).toMatchObject({ type: "alert.recovered", data: { alert: { ...common, value: 10 } } });
    expect(world.chat.at(t.chat)[0]?.body).toContain("Rule: Money &lt;b&gt;");
  });

  it("show a refusing target in the history, and mark a test as one", async () => {
    const t = await tenant();
    world.chat.state.answer = (_got, response) => void response.writeHead(404).end();
    const id = await t.rule({ kind: "waiting_time", notify: { emails: ["team@example.com"], chat_urls: [t.chatUrl] } });
    const call = { principal: t.principal, id, idempotency: { key: newId(), fingerprint: "f" } };
    const { firing } = await world.bus.call(testAlert, call);
    expect((await world.bus.call(testAlert, call)).firing.id).toBe(firing.id);
    await eventually(async () => {
      const [shown] = await t.firings(id);
      expect(shown).toMatchObject({ id: firing.id, cause: "test", value: null });
      expect(shown?.told.map(({ kind, status, outcome }) => [kind, status, outcome]).sort()).toEqual([
        ["chat", "failed", "refused"],
        ["mail", "sent", null],
      ]);
    });
    expect((await t.mails())[0]).toMatchObject({ subject: "Test: Somebody waits for a person" });
    world.chat.state.answer = (_got, response) => void response.writeHead(204).end();
  });

  it("are sent once per crossing, even when concurrent evaluations are killed at any point", async () => {
    const t = await tenant();
    const rules = await Promise.all(
      Array.from({ length: 30 }, () => t.rule({ kind: "budget_spent", notify: { emails: ["team@example.com"] } })),
    );
    await t.spend(900);
    await withPostgresClient(world.adminUrl, async (admin) => {
      for (let n = 0; n < KILLS; n += 1) {
        const working = Promise.allSettled([1, 2, 3, 4].map(() => world.db.query("select evaluate_alerts(5, 0)", [])));
        await pause(Math.random() * 8);
        await admin.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
            where state = 'active' and query like '%evaluate_alerts(%' and pid <> pg_backend_pid()`,
        );
        await working;
      }
    });
    for (let n = 0; n < 8; n += 1) await eventually(() => look(4));
    for (const id of rules) expect(await t.crossings(id)).toEqual([[90, "open"]]);
    await eventually(async () => expect(await t.mails()).toHaveLength(30), { timeoutMs: 20_000 });
  }, 60_000);
});

describe("an alert rule", () => {
  it("can be changed, disabled and deleted; its addresses are sealed and its chats masked", async () => {
    const t = await tenant();
    const { principal } = t;
    const id = await t.rule({
      kind: "waiting_time",
      notify: { emails: ["b@x.example", "a@x.example"], chat_urls: [t.chatUrl] },
    });
    const { alert } = await world.bus.call(updateAlert, { principal, id, body: { threshold: 5, name: "Queue" } });
    expect(alert).toMatchObject({ name: "Queue", threshold: 5, window_hours: null, is_active: true, firing: 0 });
    expect(alert.notify).toEqual({
      ...{ emails: ["a@x.example", "b@x.example"], chat_urls: [`${world.chat.url}/••••${t.tenantId.slice(-4)}`] },
    });
    const { rows } = await t.run(sql`select targets::text from alerts`);
    expect(JSON.stringify(rows)).not.toMatch(/x\.example"|127\.0\.0\.1:\d+\/[0-9a-f]{8}/);
    await escalation(t.at, 7);
    await look();
    expect((await world.bus.call(getAlert, { principal, id })).alert.firing).toBe(1);
    await world.bus.call(updateAlert, { principal, id, body: { is_active: false } });
    await look();
    expect(await t.crossings(id)).toHaveLength(1);
    await world.bus.call(updateAlert, { principal, id, body: { is_active: true } });
    await look();
    expect((await t.crossings(id)).map(([, state]) => state)).toEqual(["open", "over"]);
    const bad = { principal, id, body: { window_hours: 4 } };
    await expect(world.bus.call(updateAlert, bad)).rejects.toMatchObject({ code: "validation_failed" });
    const viewer: Principal = { ...principal, role: "operator" };
    await expect(world.bus.call(listAlerts, { principal: viewer, limit: 5 })).rejects.toMatchObject({
      code: "forbidden",
    });
    await world.bus.call(deleteAlert, { principal, id });
    await expect(world.bus.call(deleteAlert, { principal, id })).rejects.toMatchObject({ code: "alert_not_found" });
    await expect(t.firings(id)).rejects.toMatchObject({ code: "alert_not_found" });
  });

  it("is evaluated again only when it is due", async () => {
    const t = await tenant();
    const id = await t.rule({ kind: "budget_spent" });
    await t.spend(900);
    await world.db.query("select evaluate_alerts(1000, 60000)", []);
    expect(await t.crossings(id)).toHaveLength(1);
    await t.spend(0);
    await world.db.query("select evaluate_alerts(1000, 60000)", []);
    expect(await t.crossings(id)).toEqual([[90, "open"]]);
  });
});
