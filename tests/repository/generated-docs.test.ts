import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ERRORS, endsOf, SERVICES } from "@parley/contracts";
import { LOG_EVENTS } from "@parley/observability";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { busEnds } from "../../tools/gen-docs/bus-ends.js";
import { envExample } from "../../tools/gen-docs/configuration.js";
import { current, documents, settle } from "../../tools/gen-docs/documents.js";
import { errorsPage } from "../../tools/gen-docs/errors-page.js";
import { eventsPage } from "../../tools/gen-docs/events-page.js";
import { logEventsPage, mistakesOf } from "../../tools/gen-docs/log-events-page.js";
import { metricsPage } from "../../tools/gen-docs/metrics-page.js";
import { declaredMessages } from "../../tools/gen-docs/nats-users.js";
import { observed } from "../../tools/gen-docs/observed.js";
import { schemaText } from "../../tools/gen-docs/schema-text.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const stale = "is stale: run `npm run docs:generate` and commit the result";

describe("generated documents", () => {
  it.each(documents(root))("$path is up to date", async ({ path, make }) => {
    const made = await make();
    expect(current(root, path) === made, `${path} ${stale}`).toBe(true);
  });

  it("reports a stale or missing file, and writes it only on request", async () => {
    const folder = mkdtempSync(join(tmpdir(), "parley-docs-"));
    try {
      const wanted = ["a.md", "deep/b.md"].map((path) => ({ path, make: async () => `${path}\n` }));
      writeFileSync(join(folder, "a.md"), "old\n");
      expect(await settle(folder, wanted, { write: false })).toEqual(["a.md", "deep/b.md"]);
      expect([current(folder, "a.md"), current(folder, "deep/b.md")]).toEqual(["old\n", ""]);
      expect(await settle(folder, wanted, { write: true })).toEqual(["a.md", "deep/b.md"]);
      expect(await settle(folder, wanted, { write: false })).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("list every error code once on the page of errors", () => {
    const page = errorsPage();
    for (const code of Object.keys(ERRORS)) expect(page.split(`\`${code}\``).length, code).toBe(2);
  });

  it("list every log event, each of which is logged and documented", () => {
    const { logs } = observed(root);
    expect(mistakesOf(logs, Object.keys(LOG_EVENTS))).toEqual([]);
    expect(logs.length).toBeGreaterThan(80);
    const planted = { part: "libs/x", at: "libs/x/src/y.ts:7", level: "info", fields: [] };
    const more = [...logs, { ...planted, event: "never.listed" }, { ...planted, event: null }];
    expect(mistakesOf(more, [...Object.keys(LOG_EVENTS), "nowhere.written"])).toEqual([
      "libs/x/src/y.ts:7 writes a line whose event is not a literal",
      "never.listed (libs/x/src/y.ts:7) is missing",
      "nowhere.written is written nowhere",
    ]);
    const told = logs.find(({ event }) => event === "turn.committed");
    expect(told).toMatchObject({ part: "services/agent-runner", level: "info" });
    expect(told?.fields).toEqual(expect.arrayContaining(["sessionId", "turnId", "ms", "modelMs", "inputTokens"]));
    const page = logEventsPage(root);
    for (const event of Object.keys(LOG_EVENTS)) expect(page.split(`\n| \`${event}\` |`).length, event).toBe(2);
  });

  it("have a metric for every promise on the page of metrics", () => {
    const page = metricsPage(root);
    for (const name of [
      ...["messages_accepted_total", "turns_committed_total", "turns_fenced_total", "idempotent_replays_total"],
      ...["http_shed_total", "turns_given_up_total", "stream_resets_total"],
      ...["sessions_active", "sessions_ended_total", "escalations_opened_total", "escalations_resolved_total"],
    ])
      expect(page, name).toContain(`| \`${name}\` |`);
  });

  it("name sender and receiver of each message as in the sources", () => {
    const page = eventsPage(root);
    const section = (subject: string) => page.split("\n### ").find((part) => part.startsWith(`\`${subject}\``)) ?? "";
    expect(section("turns.v1.work.run")).toMatch(/From: cleanup, sessions\. To: agent-runner\./);
    expect(section("links.v1.event.revoked")).toMatch(/From: database \(outbox\), links\. To: gateway\./);
    expect(section("sessions.v1.rpc.accept")).toMatch(/From: gateway\. To: sessions\./);
    expect(section("memory.v1.rpc.recall")).toMatch(/Deadline 1000 ms\.[\s\S]*From: agent-runner\. To: memory\./);
  });

  it("match the sources in sender and receiver of every message, on which its permissions are based", () => {
    const ends = busEnds(root, new Map(declaredMessages.map(({ name, contract }) => [name, contract.subject])));
    const isService = (name: string) => SERVICES.some((service) => service === name);
    const real = declaredMessages.map(({ name, contract }) => {
      const { from = [], to = [] } = ends.get(name) ?? {};
      const { from: mayBe } = endsOf(contract);
      // Facts of the database are sent by every relay; a handler mentions the contract it serves.
      const senders = contract.kind === "event" || from.length === 0 ? mayBe.filter((one) => !from.includes(one)) : [];
      const others = from.filter((one) => isService(one) && (contract.kind !== "rpc" || !to.includes(one)));
      return { name, from: [...others, ...senders].sort(), to: [...to].sort() };
    });
    const declared = declaredMessages.map(({ name, contract }) => {
      const { from, to } = endsOf(contract);
      return { name, from: [...from].sort(), to: [...to].sort() };
    });
    expect(real).toEqual(declared);
  });

  it("reads the ends of aliases and of the namespace import", () => {
    const ends = busEnds(
      root,
      new Map([
        ["recall", "memory.v1.rpc.recall"],
        ["verifyToken", "links.v1.rpc.verify_token"],
      ]),
    );
    expect(ends.get("recall")?.to).toEqual(["memory"]);
    expect(ends.get("verifyToken")).toEqual({ from: ["gateway"], to: ["links"] });
  });

  it("writes schemas as types", () => {
    const schema = z.object({
      id: z.uuid(),
      note: z.string().optional(),
      list: z.array(z.enum(["a", "b"])),
      maybe: z.number().int().nullable(),
      any: z.unknown(),
      map: z.record(z.string(), z.boolean()),
    });
    expect(schemaText(schema).split("\n")).toEqual([
      "{",
      "  id: uuid;",
      "  note?: string;",
      '  list: ("a" | "b")[];',
      "  maybe: integer | null;",
      "  any: unknown;",
      "  map: Record<string, boolean>;",
      "}",
    ]);
    const choice = z.discriminatedUnion("type", [
      z.object({ type: z.literal("x") }),
      z.object({ type: z.literal("y") }),
    ]);
    expect(schemaText(choice)).toBe('{ type: "x" } | { type: "y" }');
  });

  it(".env.example contains every variable that a schema of the sources names", () => {
    const known = new Set(
      envExample()
        .match(/^(?:# )?[A-Z][A-Z0-9_]+(?==)/gm)
        ?.map((name) => name.replace("# ", "")),
    );
    const files = ["apps", "libs", "services"].flatMap((area) =>
      readdirSync(join(root, area)).flatMap((name) => sources(join(root, area, name, "src"))),
    );
    const named = files.flatMap(
      (file) => readFileSync(file, "utf8").match(/^\s+[A-Z][A-Z0-9_]{2,}(?=: (?:z\.|z$|integer\(|seconds\())/gm) ?? [],
    );
    expect(named.length).toBeGreaterThan(30);
    expect([...new Set(named.map((name) => name.trim()))].filter((name) => !known.has(name))).toEqual([]);
  });
});

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file));
}
