import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createTenant, giveFeedback } from "@parley/contracts";
import { sql } from "@parley/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHere } from "../../../apps/cli/test/run-cli.js";
import { ROOT } from "../../cluster/child-process.js";
import { type KnowledgeWorld, startKnowledgeWorld } from "../knowledge/knowledge-world.js";
import { startS3Server } from "./s3-server.js";

const DESK = {
  agent: { name: "Desk" },
  workflow: { initial_node: "desk", nodes: [{ id: "desk", system_prompt: "Answer the visitor." }] },
};
/** More than two pages of either kind, all begun within few seconds, many of them in the same millisecond. */
const SESSIONS = 2_300;
const KILLS = process.env.EXPORTS_FULL === "1" ? 50 : 4;
let world: KnowledgeWorld;
let agentId: string;
let live: string;

beforeAll(async () => {
  world = await startKnowledgeWorld();
  agentId = (await world.import("desk", DESK)).agentId;
  await world.db.tenant(world.tenantId, async (trx) => {
    await sql`insert into text_conversations
        (id, session_id, tenant_id, agent_id, agent_version, is_active_version, created_at, status, ended_at, idle_check_at)
      select gen_random_uuid(), 'text_made_' || n, ${world.tenantId}, ${agentId}, 1, true,
        now() - interval '1 hour' + n / 7 * interval '1 millisecond', 'completed', now(), now()
      from generate_series(1, ${SESSIONS}) n`.execute(trx);
    await sql`insert into text_conversation_messages (conversation_id, tenant_id, sequence, turn_seq, role, content, created_at)
      select c.id, c.tenant_id, s, s, 'user', c.session_id || ', ' || s || ': =1+1 "words"', c.created_at + s * interval '1 second'
      from text_conversations c cross join generate_series(1, 2) s where c.session_id like 'text_made_%'`.execute(trx);
    await sql`insert into message_ratings (conversation_id, message_id, tenant_id, rating)
      select m.conversation_id, m.id, m.tenant_id, case when m.sequence = 1 then 'up' else 'down' end
      from text_conversation_messages m where m.content like 'text_made_1%'`.execute(trx);
  });
  live = await world.open(agentId);
  await world.say(live, "Hello there");
  const access = { type: "hmac" as const, tenantId: world.tenantId, sessionId: live };
  await world.bus.call(giveFeedback, { access, rating: 4, text: "Friendly." });
}, 120_000);
afterAll(() => world?.close());

const page = (path: string, token = world.token): Promise<Response> =>
  fetch(`${world.url}/api/exports/${path}`, { headers: { authorization: `Bearer ${token}` } });

/** All lines of an export, page by page, and how many pages there were. */
async function whole(kind: string, query = ""): Promise<{ lines: string[]; pages: number }> {
  const lines: string[] = [];
  for (let after: string | null = "", pages = 1; ; pages += 1) {
    const answer = await page(`${kind}?${query}${after === "" ? "" : `&after=${after}`}`);
    expect(answer.status).toBe(200);
    lines.push(...(await answer.text()).split("\n").slice(0, -1));
    after = answer.headers.get("x-next-after");
    if (after === null) return { lines, pages };
  }
}

type Line = Record<string, unknown>;
const parsed = (lines: string[]): Line[] => lines.map((line) => JSON.parse(line) as Line);

describe("an export in bulk", () => {
  it("has every session once, in the order in which they began", async () => {
    const { lines, pages } = await whole("sessions");
    const sessions = parsed(lines);
    expect(pages).toBe(3);
    expect(new Set(sessions.map(({ session_id }) => session_id)).size).toBe(SESSIONS + 1);
    const begun = sessions.map(({ created_at }) => String(created_at));
    expect(begun).toEqual([...begun].sort());
    expect(sessions.at(-1)).toMatchObject({ session_id: live, agent_id: agentId, status: "active", link_id: null });
  });

  it("has every message and every rating once", async () => {
    const messages = parsed((await whole("messages")).lines);
    const made = messages.filter(({ session_id }) => session_id !== live);
    expect(new Set(made.map(({ message_id }) => message_id)).size).toBe(2 * SESSIONS);
    expect(made.slice(0, 2).map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(messages.slice(-2)).toMatchObject([{ role: "user", content: "Hello there" }, { role: "assistant" }]);
    const ratings = parsed((await whole("ratings")).lines);
    const { rows } = await world.db.tenant(world.tenantId, (trx) =>
      sql<{ id: string }>`select message_id as id from message_ratings`.execute(trx),
    );
    expect(rows.length).toBeGreaterThan(2_000);
    expect(ratings.flatMap(({ message_id }) => message_id ?? []).sort()).toEqual(rows.map(({ id }) => id).sort());
    expect(ratings.at(-1)).toMatchObject({ session_id: live, message_id: null, rating: "4", text: "Friendly." });
  });

  it("has the trace of every turn", async () => {
    const from = new Date(Date.now() - 60_000).toISOString();
    const turns = parsed((await whole("traces", `from=${from}`)).lines);
    const own = turns.filter(({ session_id }) => session_id === live);
    expect(own.length).toBeGreaterThan(1);
    expect(JSON.stringify(own)).toContain('"reply"');
  });

  it("is also a table, whose cells no spreadsheet executes", async () => {
    const { lines } = await whole("messages", "format=csv");
    const [head, first] = lines;
    expect(head).toContain('"session_id","message_id","sequence"');
    expect(lines.filter((line) => line.startsWith('"session_id"'))).toHaveLength(1);
    expect(first).toContain('""words""');
    expect(lines.length).toBeGreaterThan(2 * SESSIONS);
  });

  it("exports the sessions of an agent, a link or a period, and refuses invalid filters", async () => {
    const nothing = "01980000-0000-7000-8000-000000000001";
    expect((await whole("sessions", `agent_id=${nothing}`)).lines).toEqual([]);
    expect((await whole("messages", `link_id=${nothing}`)).lines).toEqual([]);
    expect((await whole("sessions", "from=2100-01-01")).lines).toEqual([]);
    expect((await whole("sessions", `agent_id=${agentId}&to=2100-01-01`)).lines).toHaveLength(SESSIONS + 1);
    for (const bad of ["sessions?after=nonsense", "sessions?format=xml", "words", "sessions?from=soon"])
      expect((await page(bad)).status, bad).toBe(422);
  });

  it("is for admins of the tenant only, and is audited", async () => {
    const editor = await world.call("POST", "/api/tokens", { name: "editor", role: "editor" });
    expect((await page("sessions", String(editor.body.token))).status).toBe(403);
    const stranger = await world.bus.call(createTenant, {
      principal: { ...world.principal, tenantId: null },
      name: "Other",
    });
    const others = await page("messages", stranger.adminToken);
    expect([others.status, await others.text()]).toEqual([200, ""]);
    const audit = await world.call("GET", "/api/audit?action=sessions.exported&limit=1");
    expect(audit.body.data).toMatchObject([{ target_type: "export", actor: { role: "owner" } }]);
  });
});

describe("parley export", () => {
  const env = () => ({ PARLEY_URL: world.url, PARLEY_TOKEN: world.token, PARLEY_TENANT: world.tenantId });

  it("continues where it was killed, so that the file equals an uninterrupted export", async () => {
    const folder = await mkdtemp(join(tmpdir(), "parley-export-"));
    const file = join(folder, "messages.jsonl");
    const args = ["export", "messages", "--output", file];
    const { lines } = await whole("messages");
    // The end of an export removes it at any moment.
    const noted = (): Promise<string> => readFile(`${file}.progress`, "utf8").catch(() => "");
    let [killed, finished] = [0, 0];
    while (killed < KILLS) {
      const before = await noted();
      const child = spawn(process.execPath, [join(ROOT, "apps/cli/dist/main.js"), ...args], {
        env: { ...process.env, ...env() },
        stdio: "ignore",
      });
      const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
      // Once it has gone on, at any moment of its pages.
      while (child.exitCode === null && (await noted()) === before) await delay(1);
      await delay(Math.random() * 40);
      if (child.kill("SIGKILL")) killed += 1;
      if ((await ended) !== 0) continue;
      finished += 1;
      expect(readFileSync(file, "utf8").split("\n").slice(0, -1)).toEqual(lines);
      await rm(file);
    }
    // Half a page behind the last note, as a machine that lost power leaves it.
    if (existsSync(`${file}.progress`)) await writeFile(file, `${readFileSync(file, "utf8")}{"half`, { flag: "w" });
    expect(await runHere(args, { env: env() })).toMatchObject({ code: 0 });
    expect(existsSync(`${file}.progress`)).toBe(false);
    const written = readFileSync(file, "utf8").split("\n").slice(0, -1);
    const once = new Set(written);
    const [missing, twice] = [lines.filter((line) => !once.has(line)).length, written.length - once.size];
    process.stdout.write(
      `exports: ${killed} kills, ${finished + 1} files of ${lines.length} lines, ${missing} missing, ${twice} twice\n`,
    );
    expect(written).toEqual(lines);
  }, 120_000);

  it("fills a store with parts that begin where the previous one ended, whatever interrupts it", async () => {
    const store = await startS3Server();
    try {
      const into = (format: string, more: Record<string, string> = {}) =>
        runHere(["export", "messages", "--format", format, "--part-pages", "1", "--output", `s3://archive/${format}`], {
          env: { ...env(), ...store.env, ...more },
        });
      const unsigned = await into("jsonl", { AWS_SECRET_ACCESS_KEY: "another" });
      expect([unsigned.code, store.objects.size]).toEqual([1, 0]);
      // The process that ran it is gone after its second part: what it knew is in the store alone.
      await into("jsonl");
      const parts = [...store.objects.keys()];
      expect(parts.length).toBeGreaterThan(3);
      for (const part of parts.slice(2)) store.objects.delete(part);
      store.loseAnswer();
      expect(await into("jsonl")).toMatchObject({ code: 0, out: `s3://archive/jsonl: ${parts.length} parts\n` });
      const lines = (await whole("messages")).lines;
      const stored = (folder: string) =>
        [...store.objects]
          .filter(([key]) => key.startsWith(`/archive/${folder}/part-`))
          .map(([, { body }]) => `${body}`);
      expect(stored("jsonl").join("")).toBe(`${lines.join("\n")}\n`);
      expect(await into("jsonl")).toMatchObject({ code: 0 });
      await into("csv");
      const [first = "", ...others] = stored("csv").map((text) => text.split("\r\n", 1)[0]);
      expect(first).toContain('"session_id","message_id"');
      expect(new Set(others)).toEqual(new Set([first]));
      const other = ["export", "sessions", "--output", "s3://archive/jsonl"];
      const refused = await runHere(other, { env: { ...env(), ...store.env } });
      expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("of another export")]);
    } finally {
      await store.close();
    }
  }, 60_000);

  it("prints into a pipe, and refuses to mix two exports in one file", async () => {
    const printed = await runHere(["export", "ratings", "--format", "csv"], { env: env() });
    expect([printed.code, printed.out.split("\r\n").length]).toEqual([0, (await whole("ratings")).lines.length + 2]);
    const file = join(await mkdtemp(join(tmpdir(), "parley-export-")), "x");
    await writeFile(`${file}.progress`, JSON.stringify({ asked: "another", bytes: 1, after: "x" }));
    const refused = await runHere(["export", "ratings", "--output", file], { env: env() });
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("of another export")]);
    await writeFile(`${file}.progress`, "shopping list");
    expect(await runHere(["export", "ratings", "--output", file], { env: env() })).toMatchObject({ code: 1 });
    expect(existsSync(file)).toBe(false);
  });
});
