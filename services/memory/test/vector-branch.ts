import { createScriptedEmbedder } from "@parley/llm";
import { type PostgresClient, withPostgresClient } from "@parley/local-servers";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KnowledgeHarness, knowledgeHarness, type Place } from "./knowledge-harness.js";

/** More than the fallback compares of an agent whose passages do not share a word with the question. */
const PASSAGES = 140;
const EXACT_BOUND = 100;

/**
 * What must hold in a database that has the type `vector`. `install` makes it; the fallback, without it, is what the answers are
 * compared with.
 */
export function vectorBranch(name: string, install: (owner: PostgresClient) => Promise<unknown>): void {
  describe(name, () => {
    let h: KnowledgeHarness;
    let place: Place;
    beforeAll(async () => {
      h = await knowledgeHarness({ KNOWLEDGE_EXACT_PASSAGES: EXACT_BOUND });
      await h.start(createScriptedEmbedder());
      place = await h.agent();
      const filler = Array.from(
        { length: PASSAGES },
        (_, n) => `# Shelf ${n}\n\nBox ${n} holds paper of the year ${1800 + n}.`,
      );
      await h.add(place, "archive.md", filler.join("\n\n"));
      // The scripted embedder takes cost and price for equal; full text does not.
      await h.add(place, "zoo.md", "# Tickets\n\nThe price is nine euros.");
      await eventually(async () => expect(await h.embedded(place)).toBe(2), { timeoutMs: 20_000 });
    }, 60_000);
    afterAll(() => h.close());

    const nearest = () => h.find(place, "cost of a ticket", { search_mode: "vector", top_k: 3 });

    it("finds the same passages with the same scores as without it, and compares all of them", async () => {
      const without = await h.find(place, "price", { search_mode: "vector", top_k: 3 });
      expect(without.passages[0]).toMatchObject({ document: "zoo.md", vector: { rank: 1 } });
      await withPostgresClient(h.adminUrl, install);
      const withType = await h.find(place, "price", { search_mode: "vector", top_k: 3 });
      expect(withType.passages.map(({ document, n }) => [document, n])[0]).toEqual(["zoo.md", 0]);
      expect(withType.passages[0]?.score).toBeCloseTo(without.passages[0]?.score ?? 0, 5);
      // Nothing of it shares a word with the question, so that only a search of all passages is sure to come to it.
      expect((await nearest()).passages[0]).toMatchObject({ document: "zoo.md" });
      expect((await h.find(place, "price", { search_mode: "hybrid" })).passages[0]).toMatchObject({
        ...{ document: "zoo.md", fts: { rank: 1 }, vector: { rank: 1 } },
      });
    });

    it("finds nothing of another agent and nothing of a removed document", async () => {
      const other = await h.agent(place);
      expect((await h.find(other, "price", { search_mode: "vector" })).passages).toEqual([]);
      const { document } = await h.add(place, "secret.md", "The price of silence.");
      await eventually(async () => expect(await h.embedded(place)).toBe(3), { timeoutMs: 20_000 });
      await h.remove(place, document.id);
      const found = await h.find(place, "price of silence", { search_mode: "vector", top_k: 50 });
      expect(found.passages.some(({ document_id }) => document_id === document.id)).toBe(false);
    });
  });
}
