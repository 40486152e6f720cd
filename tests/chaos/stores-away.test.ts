import { randomUUID } from "node:crypto";
import {
  call,
  createBearerClient,
  endsWithin,
  eventually,
  followEvents,
  freeze,
  type HttpAnswer,
  signedHeaders,
} from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type Tenant } from "../cluster/owner.js";
import { redisCommand } from "../cluster/redis-command.js";
import { isFull } from "./plan.js";

interface Turn {
  response: string;
  turn_id: string;
}

describe("an unavailable store", () => {
  let cluster: Cluster;
  let tenant: Tenant;
  let agentId: string;

  beforeAll(async () => {
    cluster = await startCluster({ shape: "distributed", ownPostgres: true });
    tenant = await createTenant(cluster, "Stores");
    agentId = await importAgent(tenant, "echo", ECHO);
  }, 120_000);
  afterAll(() => cluster?.close(), 60_000);

  const reportIfFailed = (): void => onTestFailed(() => void process.stderr.write(`${cluster.report()}\n`));
  let sessions = 0;
  const open = async (): Promise<string> => {
    sessions += 1;
    const body = { tenant_id: tenant.id, agent_id: agentId, metadata: { n: sessions } };
    const answer = await tenant.signed.call<{ session_id: string }>("POST", "/api/chat/sessions", body);
    if (answer.status !== 201) throw new Error(`no session: ${answer.status} ${answer.text}`);
    return answer.body.session_id;
  };
  const send = (session: string, content: string, id?: string): Promise<HttpAnswer<Turn>> =>
    tenant.signed.call<Turn>("POST", `/api/chat/sessions/${session}/messages`, { content, client_message_id: id });

  it("never admits more sessions than the link allows, from two gateways at once", async () => {
    reportIfFailed();
    const [rounds, parallel] = isFull ? [200, 500] : [5, 60];
    for (let round = 1; round <= rounds; round += 1) {
      const link = await createLink(tenant, "echo", { max_sessions: 1, rate_limit_per_minute: 100 });
      const anyone = createBearerClient({ bases: cluster.gateways });
      // A machine that is too busy to answer all of them at once says 503, and is asked again under the same key.
      const ask = async () => {
        const more = { headers: { "idempotency-key": randomUUID() } };
        const once = () => anyone.call("POST", `/api/public/chat/${link.token}`, { message: "first" }, more);
        let answer = await once();
        for (let n = 0; n < 5 && answer.status === 503; n += 1) answer = await once();
        return answer;
      };
      const answers = await Promise.all(Array.from({ length: parallel }, () => ask()));
      const codes = answers.map(({ status, body }) => (status === 200 ? "200" : `${status} ${body.code}`));
      const counted = Object.fromEntries(
        [...new Set(codes)].map((code) => [code, codes.filter((c) => c === code).length]),
      );
      // The link's rate (100 a minute for one address) refuses the rest of a larger crowd.
      const refusals = ["sessions_exhausted", "concurrent_sessions_exhausted", "rate_limited"];
      const exhausted = refusals.reduce((sum, code) => sum + (counted[`429 ${code}`] ?? 0), 0);
      expect({ ...counted, exhausted }).toMatchObject({ "200": 1, exhausted: parallel - 1 });
      await tenant.owner.call("DELETE", `/api/agents/echo/public-links/${link.id}`);
    }
  }, 600_000);

  it("does not stop service without Redis: every message answered, readers served, replayed signatures refused", async () => {
    reportIfFailed();
    const [first, last] = [cluster.gateways[0], cluster.gateways.at(-1) ?? ""];
    const session = await open();
    const target = `/api/chat/sessions/${session}/messages`;
    const body = JSON.stringify({ content: "with a nonce" });
    const parts = { key: cluster.apiKey, nonce: "before-the-flush-0001" };
    const headers = signedHeaders(parts, { method: "POST", target, body });
    expect((await call(`${first}${target}`, "POST", { body, headers })).status).toBe(200);
    // A message that names itself is a retry for the database; the gateway that saw its nonce knows better.
    const named = JSON.stringify({ content: "named", client_message_id: "named-1" });
    const namedHeaders = signedHeaders(
      { ...parts, nonce: "before-the-flush-0002" },
      { method: "POST", target, body: named },
    );
    const sendNamed = () => call(`${first}${target}`, "POST", { body: named, headers: namedHeaders });
    expect((await sendNamed()).status).toBe(200);
    await redisCommand(cluster.redis.url, "FLUSHALL");
    expect((await sendNamed()).status).toBe(401);
    expect((await call(`${last}${target}`, "POST", { body, headers })).status).toBe(401);

    // A read with a nonce is single use as well, and a call of management changes nothing twice: not after the flush, and
    // not when the gateways, which remember besides, were started again.
    const link = await createLink(tenant, "echo", { max_sessions: 10 });
    const tenantLink = `/api/agents/echo/public-links/${link.id}?tenant_id=${tenant.id}`;
    const copies = (["GET", "PUT"] as const).map((method) => {
      const body = method === "PUT" ? JSON.stringify({ title: "Changed once" }) : undefined;
      const nonce = `before-the-flush-${method}`;
      const headers = signedHeaders({ key: cluster.apiKey, nonce }, { method, target: tenantLink, body });
      return () => call(`${first}${tenantLink}`, method, { body, headers });
    });
    for (const copy of copies) expect((await copy()).status).toBe(200);
    await redisCommand(cluster.redis.url, "FLUSHALL");
    for (const name of ["gateway-1", "gateway-2"]) {
      await cluster.child(name).stop();
      cluster.child(name).start();
      await cluster.child(name).ready();
    }
    for (const copy of copies) expect((await copy()).status).toBe(401);

    const follower = followEvents(() => tenant.signed.stream(`/api/chat/sessions/${session}/events`));
    const answers: number[] = [];
    const exchange = async (n: number): Promise<void> => {
      const answer = await send(session, `without ${n}`);
      answers.push(answer.status);
      const arrived = () => follower.events.some(({ data }) => data.content === `echo(without ${n})`);
      await endsWithin(3_000, () => eventually(arrived));
    };
    await exchange(0);
    await cluster.redis.kill();
    for (let n = 1; n <= 8; n += 1) await exchange(n);
    const visit = await createBearerClient({ bases: cluster.gateways }).call("POST", `/api/public/chat/${link.token}`, {
      message: "a visitor",
    });
    expect(visit).toMatchObject({ status: 200, body: { response: "echo(a visitor)" } });
    await cluster.redis.restart();
    for (let n = 9; n <= 12; n += 1) await exchange(n);
    await follower.stop();
    expect(answers).toEqual(answers.map(() => 200));
    const ids = follower.events.filter(({ event, id }) => id !== null && event !== "connected").map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, index) => `1-${index + 1}`));
  }, 180_000);

  it("loses no accepted message while NATS is frozen, and blocks nothing", async () => {
    reportIfFailed();
    const session = await open();
    expect((await send(session, "before")).status).toBe(200);
    cluster.nats.pause();
    const during = await endsWithin(15_000, () =>
      Promise.all([1, 2, 3].map((n) => send(session, `frozen ${n}`, `frozen-${n}`))),
    );
    // Between processes there is no other way; one process answers, see no-bus.test.ts.
    for (const { status, body } of during) if (status !== 200) expect(body).toMatchObject({ status: 503 });
    cluster.nats.resume();
    for (const n of [1, 2, 3]) {
      const sent = await eventually(
        async () => {
          const answer = await send(session, `frozen ${n}`, `frozen-${n}`);
          if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
          return answer;
        },
        { timeoutMs: 20_000, intervalMs: 200 },
      );
      expect(sent.body.response).toBe(`echo(frozen ${n})`);
    }
    const history = await tenant.signed.call<{ data: unknown[] }>("GET", `/api/chat/sessions/${session}/messages`);
    expect(history.body.data).toHaveLength(1 + 2 * 4);
  }, 180_000);

  it("causes 503 within two seconds without PostgreSQL, without a crash, and service resumes at once", async () => {
    reportIfFailed();
    const session = await open();
    expect((await send(session, "before")).status).toBe(200);
    const link = await createLink(tenant, "echo", { max_sessions: 10 });
    const pids = cluster.children.map(({ pid }) => pid);
    await cluster.postgres?.kill();
    const anyone = createBearerClient({ bases: cluster.gateways });
    for (let round = 0; round < 3; round += 1) {
      for (const attempt of [
        () => send(session, `down ${round}`, `down-${round}`),
        () => tenant.signed.call("GET", `/api/chat/sessions/${session}`),
        () => anyone.call("POST", `/api/public/sessions/${link.token}`, {}),
        () => tenant.owner.call("GET", "/api/agents"),
      ]) {
        const answer = await endsWithin<HttpAnswer<object>>(2_000, attempt);
        expect([answer.status, answer.headers.get("content-type")]).toEqual([
          503,
          expect.stringContaining("problem+json"),
        ]);
      }
    }
    for (const { name, service, opsUrl } of cluster.children) {
      expect([name, (await call(`${opsUrl}/healthz`, "GET")).status]).toEqual([name, 200]);
      // The gateway itself needs no database; it tells every caller 503 instead.
      if (service === "gateway") continue;
      const unready = async (): Promise<void> => {
        const { status, text } = await call(`${opsUrl}/readyz`, "GET");
        if (status !== 503) throw new Error(`${name} is still ready: ${text}`);
      };
      await endsWithin(3_000, () => eventually(unready));
    }
    await cluster.postgres?.restart();
    await endsWithin(5_000, () => eventually(async () => (await send(session, "after", "after")).status === 200));
    await Promise.all(cluster.children.map((child) => child.ready(30_000)));
    expect(cluster.children.map(({ pid }) => pid)).toEqual(pids);
  }, 180_000);

  it("causes 503 within two seconds while PostgreSQL is frozen, and service resumes at once", async () => {
    reportIfFailed();
    const session = await open();
    expect((await send(session, "before")).status).toBe(200);
    const link = await createLink(tenant, "echo", { max_sessions: 10 });
    const anyone = createBearerClient({ bases: cluster.gateways });
    const thaw = freeze(cluster.postgres?.pid() ?? 0);
    try {
      for (let round = 0; round < 3; round += 1) {
        for (const attempt of [
          () => send(session, `frozen ${round}`, `frozen-db-${round}`),
          () => tenant.signed.call("GET", `/api/chat/sessions/${session}`),
          () => anyone.call("POST", `/api/public/sessions/${link.token}`, {}),
        ]) {
          const answer = await endsWithin<HttpAnswer<object>>(2_000, attempt);
          expect([answer.status, answer.headers.get("content-type")]).toEqual([
            503,
            expect.stringContaining("problem+json"),
          ]);
        }
      }
    } finally {
      thaw();
    }
    await endsWithin(5_000, () => eventually(async () => (await send(session, "after", "thawed")).status === 200));
    await Promise.all(cluster.children.map((child) => child.ready(30_000)));
  }, 180_000);

  it("drains: a rolling restart under traffic refuses nobody", async () => {
    reportIfFailed();
    const session = await open();
    let running = true;
    const statuses: number[] = [];
    const traffic = (async () => {
      for (let n = 1; running; n += 1) statuses.push((await send(session, `rolling ${n}`)).status);
    })();
    const exits: (number | null)[] = [];
    for (const name of [
      "sessions-1",
      "links-1",
      "agent-runner-1",
      "memory-1",
      "cleanup-1",
      "sessions-2",
      "agent-runner-2",
    ]) {
      const child = cluster.child(name);
      exits.push(await child.stop());
      child.start();
      await child.ready();
    }
    running = false;
    await traffic;
    expect(statuses.length).toBeGreaterThan(20);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(exits).toEqual(exits.map(() => 0));

    cluster.model.setFault({ type: "slow", tokenDelayMs: 150 });
    const target = `/api/chat/sessions/${session}/messages`;
    const body = JSON.stringify({ content: "an answer that takes a second or so to be given" });
    const headers = signedHeaders({ key: cluster.apiKey }, { method: "POST", target, body });
    const asked = cluster.model.calls.length;
    const waiting = call(`${cluster.gateways[0]}${target}`, "POST", { body, headers });
    await eventually(() => cluster.model.calls.length > asked);
    const exit = await cluster.child("gateway-1").stop();
    expect((await waiting).status).toBe(200);
    expect(exit).toBe(0);
  }, 300_000);
});
