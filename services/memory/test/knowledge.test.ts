import { getKnowledge, listKnowledge, type Retrieved } from "@parley/contracts";
import { sql } from "@parley/db";
import { createScriptedEmbedder, type Embedder } from "@parley/llm";
import { eventually } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type KnowledgeHarness, knowledgeHarness } from "./knowledge-harness.js";

const never = new AbortController().signal;
let harness: KnowledgeHarness;
beforeAll(async () => {
  harness = await knowledgeHarness();
});
afterAll(() => harness.close());

const texts = ({ passages }: Retrieved): string[] => passages.map(({ text }) => text);
const documents = ({ passages }: Retrieved): string[] => passages.map(({ document }) => document);

describe("the knowledge base without an embedding model", () => {
  beforeEach(() => harness.start());
  afterEach(() => harness.stop());

  it("ranks the passage that answers the question above those that share only common words", async () => {
    const place = await harness.agent();
    await harness.add(
      place,
      "clinic.md",
      "# Clinic\n\n## Hours\n\nThe clinic is open from eight to six. The desk is closed on the weekend.\n\n" +
        "## Prices\n\nThe price of an MRI is 400 euros.\n\n## Parking\n\nThe parking lot is behind the house, and the first hour is free.",
    );
    const found = await harness.find(place, "What is the price of an MRI?");
    expect(found).toMatchObject({ search_mode: "fts", warning: null });
    expect(found.passages[0]).toMatchObject({
      document: "clinic.md",
      heading: "Clinic > Prices",
      text: "The price of an MRI is 400 euros.",
      fts: { rank: 1 },
      vector: null,
    });
    expect(texts(await harness.find(place, "where is the parking lot"))[0]).toContain("behind the house");
    expect(texts(await harness.find(place, "unrelated zebra"))).toEqual([]);
    expect(texts(await harness.find(place, "the the the clinic", { top_k: 1 }))).toHaveLength(1);
  });

  it("matches the word forms of a document's language, and none without a language", async () => {
    const [english, simple] = [await harness.agent(), await harness.agent()];
    await harness.add(english, "a.txt", "Our dentists treat children.", {
      mediaType: "text/plain",
      language: "english",
    });
    await harness.add(simple, "a.txt", "Our dentists treat children.", { mediaType: "text/plain" });
    expect(texts(await harness.find(english, "Which dentist treats a child?"))).toHaveLength(1);
    expect(texts(await harness.find(simple, "dentist"))).toEqual([]);
    expect(texts(await harness.find(simple, "DENTISTS"))).toHaveLength(1);
  });

  it("never shows a document to another agent of the tenant, or to another tenant that knows the ids", async () => {
    const mine = await harness.agent();
    const [sibling, stranger] = [await harness.agent(mine), await harness.agent()];
    const { document } = await harness.add(mine, "secret.md", "The codeword is walrus.");
    expect(texts(await harness.find(mine, "walrus"))).toHaveLength(1);
    expect(texts(await harness.find(sibling, "walrus"))).toEqual([]);
    expect(texts(await harness.find({ ...stranger, agentId: mine.agentId }, "walrus"))).toEqual([]);
    for (const [place, code] of [
      [{ ...stranger, agentId: mine.agentId }, "agent_not_found"],
      [stranger, "document_not_found"],
      [sibling, "document_not_found"],
    ] as const) {
      await expect(harness.remove(place, document.id)).rejects.toMatchObject({ code });
      const call = { principal: place.principal, agent: place.agentId, id: document.id, after: -1 };
      await expect(harness.bus.call(getKnowledge, call)).rejects.toMatchObject({ code });
    }
    expect(texts(await harness.find(mine, "walrus"))).toHaveLength(1);
  });

  it("drops a removed document at once, in all versions, with its text", async () => {
    const place = await harness.agent();
    const { document } = await harness.add(place, "a.md", "The walrus sleeps.");
    await harness.nextVersion(place);
    const { document: second } = await harness.add(place, "a.md", "The walrus swims.");
    await harness.remove(place, second.id);
    for (const version of [1, 2]) expect(texts(await harness.find(place, "walrus", { version }))).toEqual([]);
    await expect(harness.remove(place, document.id)).rejects.toMatchObject({ code: "document_not_found" });
    const { rows } = await harness.db.tenant(place.principal.tenantId, (trx) =>
      sql`select from knowledge_chunks where text like '%walrus%'`.execute(trx),
    );
    expect(rows).toEqual([]);
    expect((await harness.add(place, "a.md", "The walrus is back.")).document.revision).toBe(3);
    expect(texts(await harness.find(place, "walrus", { version: 2 }))).toEqual(["The walrus is back."]);
  });

  it("keeps for a version the documents it had when the next one began; only the newest follows changes", async () => {
    const place = await harness.agent();
    await harness.add(place, "hours.md", "Opening: eight.");
    expect((await harness.add(place, "hours.md", "Opening: eight.")).status).toBe("unchanged");
    expect(await harness.add(place, "hours.md", "Opening: nine.")).toMatchObject({
      status: "updated",
      document: { revision: 2, from_version: 1, until_version: null },
    });
    expect(texts(await harness.find(place, "opening", { version: 1 }))).toEqual(["Opening: nine."]);
    expect(await harness.nextVersion(place)).toBe(2);
    await harness.add(place, "hours.md", "Opening: ten.");
    await harness.add(place, "more.md", "Opening party tonight.");
    expect(texts(await harness.find(place, "opening", { version: 1 }))).toEqual(["Opening: nine."]);
    expect(texts(await harness.find(place, "opening", { version: 2 })).sort()).toEqual([
      "Opening party tonight.",
      "Opening: ten.",
    ]);
    const call = { principal: place.principal, agent: place.agentId, limit: 1 };
    const page = await harness.bus.call(listKnowledge, call);
    expect(page.data.map(({ name }) => name)).toEqual(["more.md"]);
    const next = await harness.bus.call(listKnowledge, { ...call, cursor: page.nextCursor ?? "" });
    expect(next).toMatchObject({ data: [{ name: "hours.md", revision: 3 }], nextCursor: null });
  });

  it("keeps one current revision of each name under concurrent additions", async () => {
    const place = await harness.agent();
    const added = await Promise.all(
      Array.from({ length: 8 }, (_, n) => harness.add(place, "same.md", `The walrus number ${n}.`)),
    );
    expect(added.map(({ document }) => document.revision).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(texts(await harness.find(place, "walrus"))).toHaveLength(1);
  });

  it("refuses an upload of another type than declared, unreadable bytes and callers who may only read", async () => {
    const place = await harness.agent();
    const refused = (promise: Promise<unknown>, code: string) => expect(promise).rejects.toMatchObject({ code });
    await refused(harness.add(place, "a.pdf", "no pdf", { mediaType: "application/pdf" }), "document_unreadable");
    await refused(harness.add(place, "a.txt", Buffer.from([0xff, 0xfe, 0x41])), "document_unreadable");
    await refused(harness.add(place, "a.txt", " \n "), "document_unreadable");
    const viewer = { ...place, principal: { ...place.principal, role: "viewer" as const } };
    await refused(harness.remove(viewer, place.agentId), "forbidden");
    const { rows } = await harness.db.tenant(place.principal.tenantId, (trx) =>
      sql`select from knowledge_uploads`.execute(trx),
    );
    expect(rows).toEqual([]);
  });

  it("answers a vector search by full text, and says so", async () => {
    const place = await harness.agent();
    await harness.add(place, "a.md", "The walrus sleeps.");
    for (const search_mode of ["vector", "hybrid"] as const) {
      const found = await harness.find(place, "walrus", { search_mode });
      expect(found).toMatchObject({ search_mode: "fts", warning: "vectors_unavailable" });
      expect(texts(found)).toEqual(["The walrus sleeps."]);
    }
  });
});

describe("the knowledge base with an embedding model", () => {
  beforeEach(() => harness.start(createScriptedEmbedder()));
  afterEach(() => harness.stop());

  it("finds by meaning what shares no word, and combines both rankings", async () => {
    const place = await harness.agent();
    await harness.add(place, "fees.md", "One fee.");
    await harness.add(place, "garden.md", "A garden with apples.");
    await harness.add(place, "both.md", "Price list: a fee for apples.");
    await eventually(async () => expect(await harness.embedded(place)).toBe(3));
    const byMeaning = await harness.find(place, "what is the price", { search_mode: "vector" });
    expect(documents(byMeaning)[0]).toBe("fees.md");
    expect(byMeaning.passages[0]).toMatchObject({ fts: null, vector: { rank: 1 } });
    const hybrid = await harness.find(place, "what is the price", { search_mode: "hybrid" });
    expect(hybrid).toMatchObject({ search_mode: "hybrid", warning: null });
    expect(hybrid.passages[0]).toMatchObject({ document: "both.md", fts: { rank: 1 } });
    for (const { score, fts, vector } of hybrid.passages) {
      const part = (weight: number, ranked: { rank: number } | null) => (ranked ? weight / (60 + ranked.rank) : 0);
      expect(score).toBeCloseTo(part(0.4, fts) + part(0.6, vector), 10);
    }
    const wordsOnly = await harness.find(place, "price", { search_mode: "hybrid", vector_weight: 0, fts_weight: 1 });
    expect(documents(wordsOnly)).toEqual(["both.md"]);
  });

  it("finds a document by words while it has no vectors, and by vectors of a new model once they exist", async () => {
    const place = await harness.agent();
    await harness.stop();
    const asked: string[] = [];
    const scripted = createScriptedEmbedder();
    let broken = true;
    const embedder: Embedder = {
      name: "new-model",
      embed: (request, options) => {
        asked.push(...request.texts);
        return broken ? Promise.reject(new Error("down")) : scripted.embed(request, options);
      },
    };
    await harness.start(scripted);
    await harness.add(place, "a.md", "# Fee\n\nOne fee.");
    await eventually(async () => expect(await harness.embedded(place)).toBe(1));
    await harness.stop();
    await harness.start(embedder);
    await eventually(() => expect(asked).toContain("Fee\nOne fee."));
    const hybrid = { search_mode: "hybrid" as const };
    // Vectors of the other model are there, and are not compared with.
    expect(await harness.find(place, "fee", hybrid)).toMatchObject({ search_mode: "fts", passages: [{ n: 0 }] });
    broken = false;
    await eventually(async () => {
      // Each time again: what has failed may only now be put off.
      await harness.giveUpClaims();
      expect(await harness.embedded(place)).toBe(1);
    });
    expect(await harness.find(place, "price", hybrid)).toMatchObject({
      search_mode: "hybrid",
      passages: [{ n: 0, fts: null }],
    });
    broken = true;
    // The model is gone when the question is asked.
    expect(await harness.find(place, "fee", hybrid)).toMatchObject({
      search_mode: "fts",
      warning: "vectors_unavailable",
      passages: [{ n: 0 }],
    });
  });

  it("releases a document at once when it stops, so that another replica computes the vectors", async () => {
    const place = await harness.agent();
    await harness.stop();
    let asked = 0;
    await harness.start({
      name: "slow",
      embed: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          asked += 1;
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        }),
    });
    await harness.add(place, "a.md", "The walrus sleeps.");
    await eventually(() => expect(asked).toBeGreaterThan(0));
    await harness.stop();
    await harness.start({ ...createScriptedEmbedder(), name: "slow" });
    await eventually(async () => expect(await harness.embedded(place)).toBe(1));
  });

  it("compares passages that share a word with the question first when it cannot compare all", async () => {
    const place = await harness.agent();
    const filler = Array.from({ length: 120 }, (_, n) => `# ${n}\n\nfiller ${n}`).join("\n\n");
    await harness.add(place, "long.md", `${filler}\n\n# Last\n\nwalrus tusk`);
    await eventually(async () => expect(await harness.embedded(place)).toBe(1));
    const nearest = async (words: string) => {
      const { vectors } = await createScriptedEmbedder().embed({ texts: ["walrus tusk"] }, { signal: never });
      const { rows } = await harness.db.tenant(place.principal.tenantId, (trx) =>
        sql<{
          n: number;
        }>`select n.n from nearest_chunks((select array_agg(id) from knowledge_documents where agent_id = ${place.agentId}),
          'scripted', ${vectors[0]}::real[], ${words}, 1, 5) n`.execute(trx),
      );
      return rows;
    };
    expect(await nearest("walrus")).toEqual([{ n: 120 }]);
    expect(await nearest("nothing")).not.toEqual([{ n: 120 }]);
  });
});
