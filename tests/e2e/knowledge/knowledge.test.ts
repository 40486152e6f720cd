import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KnowledgeWorld, startKnowledgeWorld } from "./knowledge-world.js";

let world: KnowledgeWorld;
beforeAll(async () => {
  world = await startKnowledgeWorld();
}, 60_000);
afterAll(() => world.close());

const agent = (name: string, rag: unknown, nodes?: unknown[]) => ({
  agent: { name },
  workflow: {
    initial_node: "desk",
    ...(rag === undefined ? {} : { rag }),
    nodes: nodes ?? [{ id: "desk", system_prompt: "Answer the visitor." }],
  },
});
const last = () => world.asked.at(-1);

describe("answers from the knowledge base", () => {
  it("puts passages into one system message of that call only, and records where they came from", async () => {
    const { agentId } = await world.import("clinic", agent("Clinic", { search_mode: "fts", top_k: 1 }));
    const added = await world.call("POST", "/api/agents/clinic/knowledge", {
      name: "prices.md",
      content: "# Prices\n\nAn MRI costs 400 euros.\n\n# Parking\n\nBehind the house.",
    });
    expect(added).toMatchObject({ status: 201, body: { result: "created", revision: 1, chunks: 2 } });
    const session = await world.open(agentId);
    expect(await world.say(session, "What does an MRI cost?")).toContain("400 euros");
    expect(last()?.passages).toContain(
      '<passage n="1" document="prices.md" section="Prices">\nAn MRI costs 400 euros.',
    );
    expect(last()?.system).not.toContain("400 euros");
    const { calls, warnings } = await world.trace(session);
    expect(calls[0]?.retrieval).toMatchObject({
      search_mode: "fts",
      passages: [{ document: "prices.md", revision: 1, n: 0 }],
    });
    expect(warnings).toEqual([]);
    await world.say(session, "xyzzy");
    expect(last()?.passages).toBeUndefined();
    expect(last()?.messages.map(({ role }) => role)).not.toContain("system");
  });
});
