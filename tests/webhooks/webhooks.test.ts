import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { withPostgresClient } from "@parley/local-servers";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freePort, ROOT } from "../cluster/child-process.js";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type Tenant } from "../cluster/owner.js";

// Every wait has its own deadline; the whole product runs beside the test.
vi.setConfig({ testTimeout: 120_000 });

const run = promisify(execFile);
const guide = readFileSync(join(ROOT, "docs/webhooks.md"), "utf8");

/** The code block behind `<!-- example: name -->`, exactly as a reader would copy it. */
function example(name: string): string {
  const block = new RegExp(`<!-- example: ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\\n\`\`\``).exec(guide);
  if (!block?.[1]) throw new Error(`docs/webhooks.md has no example ${name}`);
  return block[1];
}

/** The receivers of the guide. Node is here, since it runs this; one whose program is missing is left out, and named. */
function receivers(): { name: string; file: string; program: string }[] {
  const node = { name: "node", file: "receiver.mjs", program: process.execPath };
  try {
    execFileSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"], { stdio: "ignore" });
    return [node, { name: "python", file: "receiver.py", program: "python3" }];
  } catch {
    process.stderr.write("docs/webhooks.md: the receiver in Python was not run; python3 (3.9 or newer) is not here\n");
    return [node];
  }
}

interface Payload {
  type: string;
  data: Record<string, unknown>;
}
interface Delivery {
  id: string;
  event_id: string;
  type: string;
  status: string;
  attempts: number;
}

const ASKING = {
  ...ECHO,
  workflow: {
    ...ECHO.workflow,
    post_call_analysis: {
      enabled: true,
      questions: [{ name: "rating", description: "How many stars?", type: "number", required: true }],
    },
  },
};

const folder = mkdtempSync(join(tmpdir(), "parley-webhooks-"));
const got: { id: string; body: string; payload: Payload }[] = [];
let answer: (response: ServerResponse) => void = (response) => void response.writeHead(204).end();
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks).toString();
  got.push({ id: String(request.headers["webhook-id"]), body, payload: JSON.parse(body) });
  answer(response);
});

let cluster: Cluster;
let tenant: Tenant;
let agentId: string;
let receiver: string;
const started: ChildProcess[] = [];

beforeAll(async () => {
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  receiver = `http://127.0.0.1:${port}/hook`;
  const env = { ALLOW_TEST_HOOKS: "1", WEBHOOK_POLL_MS: "100", MODEL: "scripted", OPENAI_API_KEY: "" };
  cluster = await startCluster({ shape: "standalone", env });
  tenant = await createTenant(cluster, "Webhooks");
  agentId = await importAgent(tenant, "asking", ASKING);
}, 180_000);
afterAll(async () => {
  for (const child of started) child.kill("SIGKILL");
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await cluster?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** Runs the guide's own call; answers the receiver it made. */
async function made(url: string): Promise<{ id: string; secret: string }> {
  const file = join(folder, "create.sh");
  writeFileSync(file, example("create"));
  const env = { ...process.env, PARLEY_URL: cluster.gateways[0], PARLEY_TOKEN: tenant.ownerToken, RECEIVER: url };
  return JSON.parse((await run("bash", [file], { env, timeout: 30_000 })).stdout);
}
const remove = (id: string) => tenant.owner.call("DELETE", `/api/webhooks/${id}`);

let conversations = 0;
async function conversation(): Promise<string> {
  const { signed } = tenant;
  conversations += 1;
  // Never the same twice: an equal signed request within a second is a replay, and the session that it answers has ended.
  const body = { tenant_id: tenant.id, agent_id: agentId, metadata: { order: 42, n: conversations } };
  const opened = await signed.call<{ session_id: string }>("POST", "/api/chat/sessions", body);
  expect([opened.status, opened.text]).toEqual([201, expect.any(String)]);
  const path = `/api/chat/sessions/${opened.body.session_id}`;
  expect((await signed.call("POST", `${path}/messages`, { content: "I give you 4 stars" })).status).toBe(200);
  expect((await signed.call("DELETE", path)).status).toBe(200);
  return opened.body.session_id;
}
const told = (sessionId: string) => got.filter(({ payload }) => payload.data.session_id === sessionId);
const within = { timeoutMs: 60_000, intervalMs: 100 };
const deliveries = async (id: string): Promise<Delivery[]> => {
  const { body } = await tenant.owner.call<{ data: Delivery[] }>("GET", `/api/webhooks/${id}/deliveries`);
  return body.data;
};

describe("webhooks of the product", () => {
  it("report a whole conversation: start, message, end with transcript, and its analysis", async () => {
    const { id } = await made(receiver);
    const changed = await tenant.owner.call("PATCH", `/api/webhooks/${id}`, { include_latency_metrics: true });
    expect(changed.body).toMatchObject({ include_transcript: true, include_latency_metrics: true });
    const sessionId = await conversation();
    await eventually(async () => expect(told(sessionId).map(({ payload }) => payload.type)).toHaveLength(4), within);
    const of = (type: string) => told(sessionId).find(({ payload }) => payload.type === type)?.payload.data;
    expect(of("session.started")).toMatchObject({ metadata: { order: 42 }, agent_id: agentId });
    expect(of("message.completed")).toMatchObject({
      message: { content: "I give you 4 stars" },
      response: expect.any(String),
      metadata: { order: 42 },
    });
    expect(of("session.ended")).toMatchObject({
      end_reason: expect.any(String),
      transcript: expect.arrayContaining([expect.objectContaining({ role: "user", content: "I give you 4 stars" })]),
      latency: { turns: 1, average_ms: expect.any(Number), p95_ms: expect.any(Number) },
    });
    expect(of("session.analyzed")).toMatchObject({ analysis: { status: "done", answers: { rating: 4 } } });
    const shown = await tenant.owner.call("GET", `/api/sessions/${sessionId}`);
    expect(shown.body).toMatchObject({ analysis: { status: "done", answers: { rating: 4 }, unanswered: [] } });
    expect(new Set(told(sessionId).map((one) => one.id)).size).toBe(4);
    expect((await deliveries(id)).map(({ status }) => status)).toEqual(Array(4).fill("delivered"));
    await remove(id);
  });

  it("report changes of links", async () => {
    const { owner } = tenant;
    const hook = await owner.call<{ id: string }>("POST", "/api/webhooks", { url: receiver, events: ["link.*"] });
    const link = await createLink(tenant, "asking", { title: "Told", metadata: { campaign: "spring" } });
    await owner.call("DELETE", `/api/agents/asking/public-links/${link.id}`);
    const of = () => got.filter(({ payload }) => payload.data.link_id === link.id).map(({ payload }) => payload);
    await eventually(async () => expect(of().length).toBeGreaterThanOrEqual(2), within);
    expect(of()).toEqual(
      expect.arrayContaining([
        { type: "link.created", timestamp: expect.any(String), data: expect.objectContaining({ title: "Told" }) },
        {
          type: "link.revoked",
          timestamp: expect.any(String),
          data: expect.objectContaining({ reason: "deleted", metadata: { campaign: "spring" } }),
        },
      ]),
    );
    expect(JSON.stringify(of())).not.toContain(link.token);
    const off = await createLink(tenant, "asking", { title: "Switched off" });
    await owner.call("PUT", `/api/agents/asking/public-links/${off.id}`, { is_active: false });
    await eventually(async () => {
      const revoked = got.filter(({ payload: { type, data } }) => type === "link.revoked" && data.link_id === off.id);
      expect(revoked.map(({ payload }) => payload.data.reason)).toEqual(["deactivated"]);
    }, within);
    await remove(hook.body.id);
  });

  it("report who asks for a person, and who takes over", async () => {
    const { owner, signed } = tenant;
    const hook = await owner.call<{ id: string }>("POST", "/api/webhooks", { url: receiver, events: ["escalation.*"] });
    const body = { tenant_id: tenant.id, agent_id: agentId, metadata: { order: 7 } };
    const { session_id } = (await signed.call<{ session_id: string }>("POST", "/api/chat/sessions", body)).body;
    const asked = await signed.call("POST", `/api/chat/sessions/${session_id}/escalate`, { reason: "wants a person" });
    expect([asked.status, asked.text]).toEqual([
      expect.toSatisfy((status: number) => status < 300),
      expect.any(String),
    ]);
    const open = await owner.call<{ data: { id: string; session_id: string }[] }>(
      "GET",
      "/api/escalations?status=open",
    );
    const id = open.body.data.find((one) => one.session_id === session_id)?.id;
    expect((await owner.call("POST", `/api/escalations/${id}/assign`, {})).status).toBe(200);
    expect((await owner.call("POST", `/api/escalations/${id}/resolve`, {})).status).toBe(200);
    await eventually(async () => expect(told(session_id)).toHaveLength(3), within);
    const byType = new Map(told(session_id).map(({ payload }) => [payload.type, payload.data]));
    expect(byType.get("escalation.opened")).toMatchObject({
      metadata: { order: 7 },
      escalation: { escalation_id: id, status: "open", reason: "wants a person" },
    });
    expect(byType.get("escalation.assigned")).toMatchObject({ escalation: { escalation_id: id, status: "assigned" } });
    expect(byType.get("escalation.resolved")).toMatchObject({ escalation: { escalation_id: id, status: "resolved" } });
    await remove(hook.body.id);
  });

  it("are created once per Idempotency-Key", async () => {
    const ask = () =>
      tenant.owner.call<{ id: string; secret: string }>(
        "POST",
        "/api/webhooks",
        { url: receiver, events: ["link.created"] },
        { headers: { "idempotency-key": "one-receiver" } },
      );
    const [first, second] = [await ask(), await ask()];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    await remove(first.body.id);
  });

  it("reject invalid URLs, unknown events and callers without the role", async () => {
    const { owner } = tenant;
    for (const url of ["ftp://example.com", "https://user:pass@example.com", "not an address"]) {
      const refused = await owner.call("POST", "/api/webhooks", { url, events: ["*"] });
      expect([refused.status, refused.body]).toMatchObject([422, { errors: [{ pointer: "/url" }] }]);
    }
    expect((await owner.call("POST", "/api/webhooks", { url: receiver, events: ["session.begun"] })).status).toBe(422);
    const unknown = await owner.call("POST", "/api/webhooks", { url: receiver, events: ["*"], agent: "nobody" });
    expect([unknown.status, unknown.body]).toMatchObject([404, { code: "agent_not_found" }]);
  });

  it("are sent again under the same id when the process is killed between sending and recording", async () => {
    const { id } = await made(receiver);
    const child = cluster.child("standalone");
    let killed: Promise<void> | undefined;
    // The receiver has it, and the sender never learns that.
    answer = (response) => {
      killed ??= child.kill();
      void killed.then(() => response.destroy());
    };
    const { body } = await tenant.owner.call<Delivery>("POST", `/api/webhooks/${id}/test`);
    const same = () => got.filter((one) => one.id === body.event_id);
    await eventually(async () => expect(same()).toHaveLength(1), within);
    await killed;
    answer = (response) => void response.writeHead(204).end();
    // The only way to wait for the end of a claim in the time of a test.
    await withPostgresClient(cluster.database.adminUrl, (client) =>
      client.query("update webhook_deliveries set claimed_until = now() where id = $1 and ended_at is null", [body.id]),
    );
    child.start();
    await child.ready();
    await eventually(async () => expect(same()).toHaveLength(2), within);
    expect(same()[1]?.body).toBe(same()[0]?.body);
    await eventually(
      async () => expect(await deliveries(id)).toMatchObject([{ id: body.id, status: "delivered", attempts: 2 }]),
      within,
    );
    await remove(id);
  });
});

describe("the receivers of the guide, as printed", () => {
  for (const { name, file, program } of receivers()) {
    it(`in ${name} take what is genuine, once, and refuse what is not`, async () => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}/`;
      const { id, secret } = await made(url);
      writeFileSync(join(folder, file), example(name));
      const env = { ...process.env, PORT: String(port), WEBHOOK_SECRET: secret };
      const child = spawn(program, [join(folder, file)], { env, stdio: ["ignore", "pipe", "inherit"] });
      started.push(child);
      let said = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
      const forged = () =>
        fetch(url, {
          method: "POST",
          headers: {
            "webhook-id": "1",
            "webhook-timestamp": String(Math.floor(Date.now() / 1_000)),
            "webhook-signature": `v1,${Buffer.alloc(32).toString("base64")}`,
          },
          body: "{}",
        });
      await eventually(async () => expect((await forged()).status).toBe(400), within);
      const sessionId = await conversation();
      const lines = () => said.trim().split("\n").sort();
      const expected = ["message.completed", "session.analyzed", "session.ended", "session.started"].map(
        (type) => `${type} ${sessionId}`,
      );
      // What became of the deliveries stands in the message, should a line be missing.
      await eventually(async () => expect(lines(), JSON.stringify(await deliveries(id))).toEqual(expected), within);
      const [first] = await eventually(async () => {
        const all = await deliveries(id);
        expect(all.map(({ status }) => status)).toEqual(Array(4).fill("delivered"));
        return all;
      }, within);
      const again = await tenant.owner.call("POST", `/api/webhooks/deliveries/${first?.id}/redeliver`);
      expect([again.status, again.body]).toMatchObject([202, { event_id: first?.event_id }]);
      await eventually(
        async () => expect((await deliveries(id)).map(({ status }) => status)).toEqual(Array(4).fill("delivered")),
        within,
      );
      // The same id: the receiver knows it.
      expect(lines()).toHaveLength(4);
      // What is about no session names the link or the receiver it is about.
      expect((await tenant.owner.call("PATCH", `/api/webhooks/${id}`, { events: ["link.*"] })).status).toBe(200);
      const link = await createLink(tenant, "asking", { title: `Told in ${name}` });
      expect((await tenant.owner.call("POST", `/api/webhooks/${id}/test`)).status).toBe(202);
      const others = [`link.created ${link.id}`, `webhook.test ${id}`];
      const told = () => lines().filter((line) => !expected.includes(line));
      await eventually(async () => expect(told(), JSON.stringify(await deliveries(id))).toEqual(others), within);
      await remove(id);
    });
  }
});
