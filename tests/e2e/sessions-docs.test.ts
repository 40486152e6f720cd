import { describe, expect, it } from "vitest";
import { docsExamples } from "./docs-example.js";

describe("the owner's guide to sessions, as printed", () => {
  const { lines } = docsExamples("docs/sessions.md");

  it("finds a person's sessions, and refuses a misspelt filter", async () => {
    const [made, ...found] = await lines("find");
    expect(made).toMatch(/^text_/);
    expect(found.slice(0, 3)).toEqual([made, "0", "query/partcipant"]);
    expect(found.at(-1)).toMatch(/^"session_id","title","state"/);
  }, 90_000);

  it("watches a session to its end, with what it has spent", async () => {
    const printed = await lines("watch");
    const events = printed.filter((line) => line.startsWith("event: ")).map((line) => line.slice("event: ".length));
    expect(events).toEqual(expect.arrayContaining(["connected", "message", "session_ended", "turn"]));
    expect(printed.at(-1)).toMatch(/^"totals":\{"cost":.*"input_tokens":\d+/);
  }, 90_000);

  it("follows the events of the tenant, and who views a session", async () => {
    const [name, ...types] = await lines("facts");
    expect(name).toBe("Grace");
    const told = ["link.created", "ready", "session.ended", "session.presence", "session.started", "session.turn"];
    expect(types).toEqual(expect.arrayContaining(told.map((type) => `"type":"${type}"`)));
  }, 90_000);

  it("asks for an answer later", async () => {
    const [status, letters] = await lines("later");
    expect(status).toBe("completed");
    expect(Number(letters)).toBeGreaterThan(0);
  }, 90_000);
});
