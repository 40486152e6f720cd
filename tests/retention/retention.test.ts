import { randomBytes } from "node:crypto";
import { withPostgresClient } from "@parley/local-servers";
import { createBearerClient, eventually, type HttpAnswer } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type MadeLink, type Tenant } from "../cluster/owner.js";
import { dumpAll } from "../leaks/dump.js";
import { findings } from "../leaks/find.js";

/** Recognisable, and in everything that a visitor says, sends, is or gives. */
const newWord = (): string => `heron${randomBytes(9).toString("hex")}`;

let cluster: Cluster;
let tenant: Tenant;

beforeAll(async () => {
  cluster = await startCluster({ shape: "standalone", env: { RETENTION_INTERVAL_SECONDS: "0.5" } });
  tenant = await createTenant(cluster, "Retention");
  await importAgent(tenant, "echo", ECHO);
  // Leads nowhere: its deliveries fail at each attempt and wait.
  const hook = { url: "https://hooks.example.invalid/hook", events: ["*"] };
  expect((await tenant.owner.call("POST", "/api/webhooks", hook)).status).toBe(201);
}, 120_000);
afterAll(() => cluster?.close(), 60_000);

const linkWith = (more: Record<string, unknown> = {}): Promise<MadeLink> =>
  createLink(tenant, "echo", {
    ...{ max_sessions: 10, rate_limit_per_minute: 100, proof_of_work: "off", ...more },
    ...{ file_uploads: { enabled: true, types: ["text/plain"] } },
  });

interface Visit {
  sessionId: string;
  turnId: string;
  visitor: ReturnType<typeof createBearerClient>;
}

const ok = <Body>(answer: HttpAnswer<Body>, status: number): HttpAnswer<Body> => {
  if (answer.status !== status) throw new Error(`${answer.status} ${answer.text}`);
  return answer;
};

/** A conversation that has a file, feedback and an escalation, each with the word in it. */
async function visit(link: MadeLink, word: string): Promise<Visit> {
  const anyone = createBearerClient({ bases: cluster.gateways });
  const participant = { email: `${word}@example.com`, identifier: word, name: word, metadata: { note: word } };
  const opened = await anyone.call<{ session_token: string; session_id: string }>(
    "POST",
    `/api/public/sessions/${link.token}`,
    { participant },
  );
  const { session_token: token, session_id: sessionId } = ok(opened, 201).body;
  const visitor = createBearerClient({ bases: cluster.gateways, token });
  const form = new FormData();
  form.append("file", new Blob([`Minutes: ${word}`], { type: "text/plain" }), `${word}.txt`);
  const uploaded = await fetch(`${cluster.gateways[0]}/api/public/files/${link.token}`, {
    ...{ method: "POST", body: form, headers: { authorization: `Bearer ${token}` } },
  });
  expect(uploaded.status).toBe(201);
  const { id } = JSON.parse(await uploaded.text());
  const said = await visitor.call<{ turn_id: string }>("POST", `/api/public/chat/${link.token}`, {
    ...{ message: `I saw a ${word}`, files: [id] },
  });
  ok(said, 200);
  ok(await visitor.call("POST", `/api/public/feedback/${link.token}`, { rating: 4, text: word }), 200);
  ok(await visitor.call("POST", `/api/public/escalate/${link.token}`, { reason: word }), 200);
  const history = await visitor.call<{ data: { turn_id: string }[] }>("GET", `/api/public/history/${link.token}`);
  return { sessionId, visitor, turnId: history.body.data.at(-1)?.turn_id ?? "" };
}

const whereIs = async (word: string): Promise<string[]> =>
  findings(await dumpAll(cluster), [{ kind: "word", value: word }]);

const sessionOf = async (id: string): Promise<Record<string, unknown>> =>
  ok(await tenant.owner.call<Record<string, unknown>>("GET", `/api/sessions/${id}`), 200).body;

const untilPurged = (id: string) =>
  eventually(
    async () => {
      const session = await sessionOf(id);
      expect(session.purged_at).toEqual(expect.any(String));
      return session;
    },
    { timeoutMs: 60_000, intervalMs: 200 },
  );

/** As if a session had ended that many hours earlier. */
const endedEarlier = (id: string, hours: number): Promise<unknown> =>
  withPostgresClient(cluster.database.adminUrl, (owner) =>
    owner.query(
      `update text_conversations set ended_at = ended_at - make_interval(hours => $2), created_at = created_at - make_interval(hours => $2),
         purge_at = purge_at - make_interval(hours => $2) where session_id = $1`,
      [id, hours],
    ),
  );

describe("a session whose link keeps it for a day", () => {
  it("is available for the day, then without content for its owner, and ended for its visitor", async () => {
    const word = newWord();
    const link = await linkWith({ retention_days: 1 });
    const { sessionId, visitor, turnId } = await visit(link, word);
    ok(await visitor.call("DELETE", `/api/public/session/${link.token}`), 200);
    const before = await sessionOf(sessionId);
    const numbers = async () => {
      const path = `/api/agents/echo/public-links/${link.id}/analytics?days=30`;
      const counted = ok(await tenant.owner.call<Record<string, unknown>>("GET", path), 200).body;
      // These follow the clock, which this test moves.
      return { ...counted, ...{ from: null, to: null, last_session_at: null, by_day: null } };
    };
    await endedEarlier(sessionId, 23);
    // The gateway tells visits by the batch, seconds later.
    const counted = await eventually(
      async () => {
        const now = await numbers();
        expect(now).toMatchObject({ unique_addresses: 1 });
        return now;
      },
      { timeoutMs: 60_000, intervalMs: 200 },
    );
    expect((await whereIs(word)).length).toBeGreaterThan(10);
    ok(await tenant.owner.call("GET", `/api/sessions/${sessionId}/transcript`), 200);
    await endedEarlier(sessionId, 2);

    const husk = await untilPurged(sessionId);
    expect(husk).toMatchObject({
      ...{ status: "completed", end_reason: "visitor", turns: before.turns, message_count: 1 },
      ...{ collected_data: {}, metadata: {}, participant: {}, operator_name: null },
      ...{ feedback: { rating: 4, text: null }, usage: { input_tokens: expect.any(Number) } },
    });
    const list = await tenant.owner.call<{ data: { session_id: string; purged_at: string | null }[] }>(
      "GET",
      `/api/sessions?link_id=${link.id}`,
    );
    expect(list.body.data).toMatchObject([{ session_id: sessionId, purged_at: husk.purged_at }]);
    for (const at of ["transcript", "transcript?format=csv", "trace", "live"])
      expect(await tenant.owner.call("GET", `/api/sessions/${sessionId}/${at}`)).toMatchObject({
        status: 410,
        body: { code: "content_removed" },
      });
    expect(await tenant.owner.call("POST", `/api/sessions/${sessionId}/to-test`, {})).toMatchObject({
      status: 410,
      body: { code: "content_removed" },
    });
    for (const at of ["messages", "events", `turns/${turnId}`])
      expect(await tenant.signed.call("GET", `/api/chat/sessions/${sessionId}/${at}`)).toMatchObject({
        status: 410,
        body: { code: "content_removed" },
      });
    for (const answer of [
      await visitor.call("GET", `/api/public/history/${link.token}`),
      await visitor.call("GET", `/api/public/poll/${link.token}?wait=0`),
      await visitor.call("POST", `/api/public/feedback/${link.token}`, { rating: 1, text: word }),
    ])
      expect(answer).toMatchObject({ status: 410, body: { code: "session_ended" } });
    expect(await numbers()).toEqual(counted);
    // The live stream goes by its age long before any retention does; only the clock of the database was moved.
    expect((await whereIs(word)).filter((at) => !at.includes("in redis stream"))).toEqual([]);
  }, 120_000);
});

describe("a link that is deleted", () => {
  it("removes all messages of its visitors within a minute, and no others", async () => {
    const [word, kept] = [newWord(), newWord()];
    const [leaving, staying] = [
      await linkWith({ recipient: { email: `${word}@example.org` }, metadata: { for: word } }),
      await linkWith(),
    ];
    const gone = [await visit(leaving, word), await visit(leaving, word)];
    const other = await visit(staying, kept);
    // One has ended, one is at work when the link goes.
    const [ended] = gone;
    if (ended === undefined) throw new Error("nobody came");
    ok(await ended.visitor.call("DELETE", `/api/public/session/${leaving.token}`), 200);
    const path = `/api/agents/echo/public-links/${leaving.id}`;
    const deleted = await tenant.owner.call("DELETE", path);
    expect(deleted).toMatchObject({ status: 200, body: { sessions_ended: 1 } });
    for (const { sessionId } of gone) await untilPurged(sessionId);
    // What the link itself holds goes with its second look, which comes a minute after the first.
    await withPostgresClient(cluster.database.adminUrl, (owner) =>
      owner.query(
        `update temporary_chat_links set retention_changed_at = now() - interval '2 minutes', retention_check_at = now() where id = $1`,
        [leaving.id],
      ),
    );
    await eventually(async () => expect(await whereIs(word)).toEqual([]), { timeoutMs: 20_000, intervalMs: 500 });
    for (const { visitor } of gone)
      expect((await visitor.call("GET", `/api/public/history/${leaving.token}`)).status).toBe(404);
    expect((await sessionOf(other.sessionId)).purged_at).toBeNull();
    expect((await whereIs(kept)).length).toBeGreaterThan(10);
  }, 120_000);
});
