import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSession, createTenant, giveFeedback, newId } from "@parley/contracts";
import { sql } from "@parley/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHere } from "../../../apps/cli/test/run-cli.js";
import { type KnowledgeWorld, startKnowledgeWorld } from "../knowledge/knowledge-world.js";
import { readZip } from "./read-zip.js";

const DESK = {
  agent: { name: "Desk" },
  workflow: { initial_node: "desk", nodes: [{ id: "desk", system_prompt: "Answer the visitor." }] },
};
const ADA = "ada@example.com";
const SCAN = randomBytes(300_000);
let world: KnowledgeWorld;
let agentId: string;
let sessionId: string;
const lines: string[] = [];

beforeAll(async () => {
  world = await startKnowledgeWorld({ log: { write: (line) => void lines.push(line) } });
  agentId = (await world.import("desk", DESK)).agentId;
  sessionId = await opened(ADA);
  await world.say(sessionId, "I drink <b>tea</b> & cake");
  await world.bus.call(giveFeedback, {
    access: { type: "hmac", tenantId: world.tenantId, sessionId },
    ...{ rating: 4, text: "Friendly." },
  });
  await keepFile(sessionId, "../scan of me.png", SCAN);
  await world.call("PUT", `/api/agents/desk/memory/${ADA}`, { notes: "Prefers mornings." });
  await world.say(await opened("bob@example.com"), "Bob's secret");
  await world.call("PUT", "/api/agents/desk/memory/bob@example.com", { notes: "Bob's notes." });
  await world.call("PUT", "/api/agents/desk/access-policy", { mode: "approval", allowed_emails: [ADA] });
}, 60_000);
afterAll(() => world.close());

async function opened(email: string): Promise<string> {
  const session = { tenantId: world.tenantId, agentId, version: null, metadata: {}, replyTo: "test" };
  const person = { participant: { email }, participantVerified: true };
  return (await world.bus.call(createSession, { ...session, ...person })).sessionId;
}

/** A file of the session's first message, in two chunks. */
async function keepFile(session: string, name: string, bytes: Buffer): Promise<void> {
  const id = newId();
  await world.db.tenant(world.tenantId, async (trx) => {
    await sql`insert into session_files (id, tenant_id, conversation_id, name, media_type, bytes, sha256, turn_seq, complete)
      select ${id}, tenant_id, id, ${name}, 'image/png', ${bytes.length}, ${createHash("sha256").update(bytes).digest()}, 2, true
        from text_conversations where session_id = ${session}`.execute(trx);
    for (const [n, part] of [bytes.subarray(0, 200_000), bytes.subarray(200_000)].entries())
      await sql`insert into session_file_chunks (file_id, n, tenant_id, data) values (${id}, ${n}, ${world.tenantId}, ${part})`.execute(
        trx,
      );
  });
}

const request = (path: string, options: RequestInit = {}, token = world.token): Promise<Response> =>
  fetch(`${world.url}${path}`, {
    ...options,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
  });
const post = (email: string, token?: string): Promise<Response> =>
  request("/api/privacy/export", { method: "POST", body: JSON.stringify({ email }) }, token);
const zipOf = async (response: Response) => readZip(Buffer.from(await response.arrayBuffer()));
const json = (entries: Map<string, Buffer>, name: string) => JSON.parse(String(entries.get(name)));

describe("an export of a person's data", () => {
  it("holds sessions with transcripts, files and feedback, memory with its history, and access, as JSON and to read", async () => {
    const answer = await post(` ${ADA.toUpperCase()} `);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/zip");
    expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="export-\d{4}-\d\d-\d\d\.zip"$/);
    const entries = await zipOf(answer);
    const folder = `sessions/${sessionId}`;
    expect(json(entries, "about.json")).toMatchObject({ address: ADA, sessions: 1 });
    expect(json(entries, `${folder}/session.json`)).toMatchObject({
      ...{ agent: "Desk", participant: { email: ADA }, address_confirmed: true },
      ...{ feedback: { rating: 4, text: "Friendly." }, files: [{ name: "../scan of me.png", bytes: SCAN.length }] },
    });
    expect(json(entries, `${folder}/messages.json`)).toMatchObject([
      { role: "user", content: "I drink <b>tea</b> & cake" },
      { role: "assistant" },
    ]);
    expect(String(entries.get(`${folder}/transcript.html`))).toContain("I drink &#60;b&#62;tea&#60;/b&#62; &#38; cake");
    const [file] = [...entries.keys()].filter((name) => name.startsWith(`${folder}/files/`));
    expect(file).toMatch(/\/files\/[0-9a-f-]{36}-\.\._scan_of_me\.png$/);
    expect(entries.get(file ?? "")?.equals(SCAN)).toBe(true);
    expect(json(entries, `memory/${agentId}.json`)).toMatchObject({
      ...{
        agent: "Desk",
        notes: "Prefers mornings.",
        history: [{ source: "person", after: { notes: "Prefers mornings." } }],
      },
    });
    expect(json(entries, "access.json")).toMatchObject({ admitted_without_request: [{ agent: "Desk" }] });
    // Every page leads somewhere that is there, loads nothing, and runs nothing.
    const index = String(entries.get("index.html"));
    const links = [...index.matchAll(/href="([^"]+)"/g)].map(([, href]) => decodeURI(href ?? ""));
    expect(links.length).toBeGreaterThanOrEqual(4);
    for (const href of links) expect(entries.has(href)).toBe(true);
    for (const [name, page] of entries)
      if (name.endsWith(".html")) expect(String(page)).not.toMatch(/<script|src=|<b>tea/);
  });

  it("holds nothing of anybody else, and is empty for whom nothing is known of", async () => {
    const all = Buffer.concat([...(await zipOf(await post(ADA))).values()]).toString("latin1");
    expect(all).not.toContain("Bob");
    const empty = await zipOf(await post("nobody@example.com"));
    expect(json(empty, "about.json")).toMatchObject({ sessions: 0 });
    expect([...empty.keys()].sort()).toEqual(["about.json", "access.html", "access.json", "index.html"]);
  });

  it("is the same by GET, for admins of the tenant only", async () => {
    const names = [...(await zipOf(await request(`/api/privacy/export?email=${encodeURIComponent(ADA)}`))).keys()];
    expect(names).toEqual([...(await zipOf(await post(ADA))).keys()]);
    const { body } = await world.call("POST", "/api/tokens", { name: "editor", role: "editor" });
    expect((await post(ADA, String(body.token))).status).toBe(403);
    expect((await request("/api/privacy/export?email=none")).status).toBe(422);
    const operator = { tenantId: null, role: "owner", via: "hmac", id: "test" } as const;
    const stranger = await world.bus.call(createTenant, { principal: operator, name: "Strangers" });
    expect(json(await zipOf(await post(ADA, stranger.adminToken)), "about.json")).toMatchObject({ sessions: 0 });
  });

  it("goes through long conversations page by page, every message once", async () => {
    const email = "long@example.com";
    const session = await opened(email);
    await world.db.tenant(world.tenantId, (trx) =>
      sql`insert into text_conversation_messages (conversation_id, tenant_id, sequence, turn_seq, role, content, created_at)
        select c.id, c.tenant_id, n, 1, 'user', n || repeat('x', 5000), clock_timestamp()
          from text_conversations c, generate_series(1000, 1999) n where c.session_id = ${session}`.execute(trx),
    );
    const entries = await zipOf(await post(email));
    const messages: { sequence: number }[] = json(entries, `sessions/${session}/messages.json`);
    expect(messages.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 1_000 }, (_, n) => 1_000 + n));
  });

  it("breaks off when it cannot be completed, so that a partial one is no valid zip file", async () => {
    const email = "broken@example.com";
    const session = await opened(email);
    await world.say(session, "hello");
    await keepFile(session, "lost.png", SCAN);
    await world.db.tenant(world.tenantId, (trx) =>
      sql`delete from session_file_chunks k using session_files f
        where k.file_id = f.id and f.name = 'lost.png' and k.n = 1`.execute(trx),
    );
    await expect(post(email).then((response) => response.arrayBuffer())).rejects.toThrow();
  });

  it("is written by the command line to a file that nobody else may read, without overwriting one", async () => {
    const output = join(await mkdtemp(join(tmpdir(), "parley-")), "ada.zip");
    const env = { PARLEY_URL: world.url, PARLEY_TOKEN: world.token };
    const argv = ["privacy", "export", "--email", ADA, "--output", output, "--json"];
    const ran = await runHere(argv, { env });
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(ran.out)).toEqual({ file: output });
    expect((await stat(output)).mode & 0o777).toBe(0o600);
    expect(json(readZip(await readFile(output)), "about.json")).toMatchObject({ address: ADA });
    const refused = await runHere(["privacy", "export", "--email", "none", "--output", `${output}.2`], { env });
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("(validation_failed)") });
    await expect(stat(`${output}.2`)).rejects.toThrow();
    expect(await runHere(argv, { env })).toMatchObject({ code: 1, err: expect.stringContaining("(not_written)") });
    expect(json(readZip(await readFile(output)), "about.json")).toMatchObject({ address: ADA });
  });

  it("has an entry in the audit, with who requested it and without the person", async () => {
    await (await post(ADA)).arrayBuffer();
    const { body } = await world.call("GET", "/api/audit?action=privacy.exported&limit=1");
    expect(body.data).toMatchObject([{ action: "privacy.exported", target_type: "person", target_id: null }]);
    expect(JSON.stringify(body)).not.toContain(ADA);
  });

  it("leaves no address in the log", () => {
    expect(lines.some((line) => line.includes("/privacy/export"))).toBe(true);
    expect(lines.join("\n")).not.toContain(ADA);
  });
});
