import { listKnowledge } from "@parley/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KnowledgeHarness, knowledgeHarness, type Place } from "./knowledge-harness.js";
import { inflatingPdf, pdfOf } from "./sample-pdf.js";

const MB = 1_048_576;
let harness: KnowledgeHarness;
let place: Place;
beforeAll(async () => {
  harness = await knowledgeHarness();
  await harness.start();
  place = await harness.agent();
  await harness.add(place, "whale.md", "The walrus sleeps.");
});
afterAll(() => harness.close());

/** What `work` comes to, the longest that another call to the same process waited meanwhile, and by how much the process grew. */
async function beside(work: Promise<unknown>) {
  const before = process.memoryUsage.rss();
  let done = false;
  const settled = work.then(
    () => "accepted",
    (error: unknown) => error,
  );
  void settled.finally(() => {
    done = true;
  });
  let longestMs = 0;
  let calls = 0;
  while (!done) {
    const startedAt = performance.now();
    expect((await harness.find(place, "walrus")).passages).toHaveLength(1);
    longestMs = Math.max(longestMs, performance.now() - startedAt);
    calls += 1;
  }
  return { outcome: await settled, longestMs, calls, grownBy: process.memoryUsage.rss() - before };
}

describe("a document that is small to send but large to read", () => {
  it("is refused with an explanation, while the same process answers everybody else and does not grow", async () => {
    const pdf = inflatingPdf(20 * MB);
    expect(pdf.length).toBeLessThan(70_000);
    const { outcome, longestMs, calls, grownBy } = await beside(
      harness.add(place, "bomb.pdf", pdf, { mediaType: "application/pdf" }),
    );
    expect(outcome).toMatchObject({
      code: "input_too_costly",
      status: 422,
      message: expect.stringMatching(/^Reading/),
    });
    expect(calls).toBeGreaterThan(5);
    expect(longestMs).toBeLessThan(2_000);
    expect(grownBy).toBeLessThan(100 * MB);
    const listed = await harness.bus.call(listKnowledge, {
      principal: place.principal,
      agent: place.agentId,
      limit: 10,
    });
    expect(listed.ingesting).toMatchObject([{ name: "bomb.pdf", status: "failed", error: "input_too_costly" }]);
  });

  it("is harmless when it claims to be an image, or has thousands of small parts", async () => {
    for (const pdf of [inflatingPdf(16 * MB, "/Subtype /Image"), pdfOf(Array.from({ length: 3_001 }, () => "page"))]) {
      const { outcome, longestMs, grownBy } = await beside(
        harness.add(place, "disguised.pdf", pdf, { mediaType: "application/pdf" }),
      );
      expect(outcome).toMatchObject({
        status: 422,
        code: expect.stringMatching(/^(input_too_costly|document_unreadable)$/),
      });
      expect(longestMs).toBeLessThan(2_000);
      expect(grownBy).toBeLessThan(100 * MB);
    }
  }, 120_000);

  it("does not cause one that is only long to be refused", async () => {
    const pages = Array.from({ length: 200 }, (_, n) => `Page ${n} tells of the okapi.`);
    expect(await harness.add(place, "long.pdf", pdfOf(pages), { mediaType: "application/pdf" })).toMatchObject({
      status: "created",
    });
    expect((await harness.find(place, "okapi")).passages.length).toBeGreaterThan(0);
  });
});
