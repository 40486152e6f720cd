import { sql } from "@parley/db";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pdfOf } from "../../../services/memory/test/sample-pdf.js";
import { type KnowledgeWorld, startKnowledgeWorld } from "./knowledge-world.js";

let world: KnowledgeWorld;
beforeAll(async () => {
  world = await startKnowledgeWorld();
  await world.import("desk", {
    agent: { name: "Desk" },
    workflow: { initial_node: "a", nodes: [{ id: "a", system_prompt: "A" }] },
  });
}, 60_000);
afterAll(() => world.close());

function form(content: string | Buffer, name: string, fields: Record<string, string> = {}, type = ""): FormData {
  const made = new FormData();
  for (const [key, value] of Object.entries(fields)) made.set(key, value);
  made.set("file", new Blob([Buffer.from(content)], { type }), name);
  return made;
}
const upload = (...given: Parameters<typeof form>) => world.upload("desk", form(...given));
const refusal = async (...given: Parameters<typeof form>): Promise<unknown[]> => {
  const { status, body } = await upload(...given);
  return [status, body.code];
};
const find = async (query: string): Promise<string> =>
  JSON.stringify((await world.call("POST", "/api/agents/desk/knowledge/search", { query, mode: "fts" })).body.passages);

describe("a document that is uploaded as a form", () => {
  it("is what its bytes are, under its own name or the given one", async () => {
    expect(await upload("# Zoo\n\nThe walrus sleeps.", "C:\\docs\\zoo.md")).toMatchObject({
      ...{ status: 201, body: { name: "zoo.md", media_type: "text/markdown", language: "simple", result: "created" } },
    });
    expect(await upload("# Zoo\n\nThe walrus sleeps.", "zoo.md")).toMatchObject({
      status: 200,
      body: { result: "unchanged" },
    });
    const leaflet = { name: "Leaflet", language: "english" };
    const pdf = await upload(pdfOf(["The okapi hides."]), "scan.bin", leaflet, "application/octet-stream");
    expect(pdf).toMatchObject({ status: 201, body: { ...leaflet, media_type: "application/pdf" } });
    expect(await upload("<!doctype html><h1>Hours</h1><p>Nine.</p>", "hours.html")).toMatchObject({
      ...{ status: 201, body: { media_type: "text/html" } },
    });
    expect(await upload("animal,legs\nheron,2", "legs.csv", {}, "text/csv")).toMatchObject({
      ...{ status: 201, body: { media_type: "text/plain" } },
    });
    expect(await find("okapi")).toContain("hides");
    expect(await find("heron")).toContain("legs");
  });

  it.each([
    [[415, "unsupported_media_type"], Buffer.from("PK\u0003\u0004rest of an archive"), "a.md", {}],
    [[415, "unsupported_media_type"], Buffer.from([0xff, 0xfe, 0x41, 0x00]), "a.txt", {}],
    [[415, "unsupported_media_type"], "x", "program.exe", {}],
    [[422, "validation_failed"], "text", "a.md", { media_type: "application/pdf" }],
    [[422, "validation_failed"], "text", "a.md", { language: "klingon" }],
    [[422, "validation_failed"], "text", "a.md", { surprise: "1" }],
    [[422, "validation_failed"], "", "a.md", {}],
    [[422, "document_unreadable"], "%PDF-1.7 broken", "a.pdf", {}],
    [[413, "body_too_large"], Buffer.alloc(10_485_761, "a"), "a.txt", {}],
  ])("is refused with %j", async (expected, content, name, fields) => {
    expect(await refusal(content, name, fields)).toEqual(expected);
  });

  it("is exactly one file: none, two, or no form at all are refused", async () => {
    const none = new FormData();
    none.set("name", "a");
    expect((await world.upload("desk", none)).status).toBe(422);
    const two = form("a", "a.md");
    two.append("file", new Blob(["b"]), "b.md");
    expect((await world.upload("desk", two)).status).toBe(422);
    const crowd = form("a", "a.md");
    for (let n = 0; n < 20; n += 1) crowd.append("name", "x");
    expect(await world.upload("desk", crowd)).toMatchObject({ status: 400, body: { code: "malformed_request" } });
  });

  it("is listed while it is processed, and for a day with the reason when that fails", async () => {
    const listed = async (): Promise<unknown[]> => {
      const { body } = await world.call("GET", "/api/agents/desk/knowledge");
      return Array.isArray(body.ingesting) ? body.ingesting : [];
    };
    const named = async (name: string) => (await listed()).filter((row) => JSON.stringify(row).includes(`"${name}"`));
    // Who changes documents waits for the agent's row: as long as it is held, the upload is not done.
    let answer: Promise<{ status: number }> | undefined;
    await world.db.tenant(world.tenantId, async (trx) => {
      await sql`select from agents where slug = 'desk' for no key update`.execute(trx);
      answer = upload(pdfOf(["The long handbook."]), "handbook.pdf");
      await eventually(
        async () => expect(await named("handbook.pdf")).toMatchObject([{ status: "processing", error: null }]),
        { timeoutMs: 20_000 },
      );
    });
    expect((await answer)?.status).toBe(201);
    expect(await named("handbook.pdf")).toEqual([]);
    expect((await upload("%PDF-1.7 broken", "torn.pdf")).status).toBe(422);
    expect(await named("torn.pdf")).toMatchObject([{ status: "failed", error: "document_unreadable", bytes: 15 }]);
    expect((await upload(pdfOf(["Whole again."]), "torn.pdf")).status).toBe(201);
    expect(await named("torn.pdf")).toEqual([]);
  });

  it("keeps the existing document when the new one cannot be read", async () => {
    const first = await upload("The lynx sleeps.", "lynx", { name: "lynx" }, "text/plain");
    expect(first.status).toBe(201);
    expect(await refusal("%PDF-1.7\nnothing", "lynx.pdf", { name: "lynx" })).toEqual([422, "document_unreadable"]);
    expect(await find("lynx")).toContain("sleeps");
    const { body } = await world.call("GET", `/api/agents/desk/knowledge/${first.body.id}`);
    expect(body).toMatchObject({ status: "ready", revision: 1, until_version: null });
  });
});
