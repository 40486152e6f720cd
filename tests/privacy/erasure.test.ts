import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBearerClient, eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHere } from "../../apps/cli/test/run-cli.js";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createTenant, importAgent, type MadeLink, type Tenant } from "../cluster/owner.js";
import { dumpAll, latin1, type Place } from "../leaks/dump.js";
import { findings } from "../leaks/find.js";
import {
  backendSession,
  confirmed,
  type ErasureAnswer,
  linkFor,
  newPerson,
  ok,
  type Person,
  remembered,
  talk,
  untilErased,
} from "./person.js";

let cluster: Cluster;
let tenant: Tenant;
let agentId: string;
const folder = mkdtempSync(join(tmpdir(), "parley-erasures-"));
const ledger = join(folder, "erasures.jsonl");

beforeAll(async () => {
  cluster = await startCluster({
    shape: "standalone",
    wholeLogs: true,
    env: {
      ...{ LOG_LEVEL: "debug", MEMORY_SUMMARY_EVERY: "2", MEMORY_POLL_SECONDS: "0.5" },
      ...{ ERASURE_LEDGER_FILE: ledger, ERASURE_SWEEP_MINUTES: "0.01" },
    },
  });
  tenant = await createTenant(cluster, "Erasure");
  agentId = await importAgent(tenant, "echo", ECHO);
  // Leads nowhere: its deliveries fail at each attempt and wait.
  const hook = { url: "https://hooks.example.invalid/hook", events: ["*"], include_transcript: true };
  ok(await tenant.owner.call("POST", "/api/webhooks", hook), 201);
}, 120_000);
afterAll(async () => {
  await cluster?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const places = async (): Promise<Place[]> => [
  ...(await dumpAll(cluster)),
  { store: "logs", name: "ledger", content: latin1(readFileSync(ledger, "utf8")) },
];

const whereIs = ({ word, email }: Person, all: Place[]): string[] =>
  findings(all, [
    { kind: "word", value: word },
    { kind: "address", value: email },
  ]);

/** Says and leaves something in every way there is. */
async function visit(person: Person): Promise<{ link: MadeLink; backend: string; token: string }> {
  const link = await linkFor(tenant, person);
  const token = await confirmed(cluster, tenant, link, person);
  await talk(cluster, link, token, person);
  const backend = await backendSession(tenant, agentId, person);
  await remembered(tenant, person);
  return { link, backend, token };
}

const stores = (all: string[]): string[] => [...new Set(all.map((at) => at.split(" in ")[1]?.split(" ")[0] ?? ""))];

describe("the erasure of a person with data in every store", () => {
  it("leaves no byte of address and messages in database, Redis, NATS files and logs, and touches nobody else's", async () => {
    const [gone, kept] = [newPerson(), newPerson()];
    const { link, token, backend } = await visit(gone);
    const other = await visit(kept);
    const exported = await tenant.owner.call("GET", `/api/privacy/export?email=${encodeURIComponent(gone.email)}`);
    expect(exported.status).toBe(200);
    const before = whereIs(gone, await dumpAll(cluster));
    expect(before.length).toBeGreaterThan(25);
    expect(stores(before)).toEqual(["database", "redis"]);

    const asked = await tenant.owner.call<ErasureAnswer>("POST", "/api/privacy/erasure", { email: gone.email });
    const { id } = ok(asked, 202).body;
    const { receipt } = await untilErased(tenant, id);
    await eventually(() => expect(readFileSync(ledger, "utf8")).toContain(id), { timeoutMs: 20_000 });

    const all = await places();
    expect(whereIs(gone, all)).toEqual([]);
    expect(whereIs(kept, all).length).toBeGreaterThan(25);
    const removed = Object.fromEntries(receipt?.stores.map((one) => [one.store, one.removed]) ?? []);
    expect(removed).toMatchObject({
      sessions: { sessions: 2, files: 1, feedback: 1, escalations: 1, messages: expect.any(Number) },
      ...{ memory: { rows: 1 }, verifications: { rows: 1 }, mails: { rows: 1 }, links: { rows: 1 } },
      ...{ live: { streams: expect.any(Number) }, facts: { facts: expect.any(Number) }, logs: {} },
    });

    const visitor = createBearerClient({ bases: cluster.gateways, token });
    expect((await visitor.call("GET", `/api/public/history/${link.token}`)).status).toBe(410);
    const transcript = await tenant.owner.call("GET", `/api/sessions/${backend}/transcript`);
    expect(transcript).toMatchObject({ status: 410, body: { code: "content_removed" } });
    const others = createBearerClient({ bases: cluster.gateways, token: other.token });
    expect((await others.call("GET", `/api/public/history/${other.link.token}`)).text).toContain(kept.word);
  }, 180_000);

  it("returns a valid receipt, and a later search finds nothing; new data of the person stays", async () => {
    const person = newPerson();
    const { link } = await visit(person);
    const asked = await tenant.owner.call<ErasureAnswer>("POST", "/api/privacy/erasure", { email: person.email });
    const done = await untilErased(tenant, ok(asked, 202).body.id);
    const verify = (body: unknown) => tenant.owner.call("POST", "/api/privacy/erasures/verify", body);
    expect(await verify(done.receipt)).toMatchObject({ status: 200, body: { valid: true, finding: "genuine" } });
    const text = JSON.stringify(done.receipt);
    for (const altered of [text.replace('"remaining":0', '"remaining":1'), text.replace(/"rows":\d+/, '"rows":99')])
      expect(await verify(JSON.parse(altered))).toMatchObject({ status: 200, body: { finding: "altered" } });

    const token = await confirmed(cluster, tenant, link, person);
    const me = createBearerClient({ bases: cluster.gateways, token });
    ok(await me.call("POST", `/api/public/chat/${link.token}`, { message: `Back with a ${person.word}` }), 200);
    const checked = await tenant.owner.call<ErasureAnswer>("GET", `/api/privacy/erasures/${done.id}?check=true`);
    expect(checked.body.check).toMatchObject({ clean: true, found: {} });
    const history = await me.call("GET", `/api/public/history/${link.token}`);
    expect(history.text).toContain(person.word);
    // Another erasure takes what is there by now, too.
    const again = await tenant.owner.call<ErasureAnswer>("POST", "/api/privacy/erasure", { email: person.email });
    await untilErased(tenant, ok(again, 202).body.id);
    expect(whereIs(person, await places())).toEqual([]);
  }, 180_000);
});

describe("the command line", () => {
  it("erases a person, stores the receipt, verifies it and detects a modified one", async () => {
    const person = newPerson();
    await backendSession(tenant, agentId, person);
    const env = { PARLEY_URL: cluster.gateways[0], PARLEY_TOKEN: tenant.ownerToken };
    const file = join(folder, "receipt.json");
    const run = (...argv: string[]) => runHere(["privacy", ...argv], { env });
    const erased = await run("erase", "--email", person.email, "--receipt", file);
    expect(erased, erased.err).toMatchObject({ code: 0, out: expect.stringMatching(/state +done/) });
    expect(await run("verify", file)).toMatchObject({ code: 0, out: expect.stringContaining(": genuine") });
    writeFileSync(file, readFileSync(file, "utf8").replace('"remaining": 0', '"remaining": 1'));
    expect(await run("verify", file)).toMatchObject({ code: 1, out: expect.stringContaining(": altered") });
    const listed = await run("erasures", "--json", "--limit", "1");
    const [{ id }] = JSON.parse(listed.out).data;
    expect(await run("erasures", id, "--check")).toMatchObject({
      ...{ code: 0, out: expect.stringContaining("Nothing has reappeared.") },
    });
    expect(await run("erase")).toMatchObject({ code: 2 });
    expect(whereIs(person, await places())).toEqual([]);
  }, 120_000);
});
