import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { parseDocument } from "../src/agents/parse-document.js";
import { createYamlReader } from "../src/create-yaml-reader.js";

let reader: ReturnType<typeof createYamlReader>;
beforeAll(() => {
  reader = createYamlReader();
});
afterAll(() => reader.stop());

/** What parsing comes to, and the longest that this process did nothing else meanwhile. */
async function parsed(text: string): Promise<{ outcome: unknown; longestGapMs: number }> {
  let longestGapMs = 0;
  let last = performance.now();
  const ticks = setInterval(() => {
    longestGapMs = Math.max(longestGapMs, performance.now() - last);
    last = performance.now();
  }, 10);
  const outcome = await parseDocument(text, reader).catch((error: unknown) => error);
  longestGapMs = Math.max(longestGapMs, performance.now() - last);
  clearInterval(ticks);
  return { outcome, longestGapMs };
}

describe("the YAML reader", () => {
  it.each([
    ["100,000 keys", Array.from({ length: 100_000 }, (_, n) => `k${n}: 1`).join("\n"), "input_too_costly"],
    ["nested brackets", "[".repeat(500_000), /^(invalid_document|input_too_costly)$/],
    ["aliases", `- &a x\n${"- *a\n".repeat(200_000)}`, /^(invalid_document|input_too_costly)$/],
  ])("refuses a small text that is slow to parse without blocking the process: %s", async (_, text, code) => {
    const { outcome, longestGapMs } = await parsed(text);
    expect(outcome).toMatchObject({ status: 422, code: expect.stringMatching(code) });
    expect(longestGapMs).toBeLessThan(1_500);
  });

  it("accepts a long document of an honest author", async () => {
    const nodes = Array.from({ length: 1_000 }, (_, n) => ({ id: `n${n}`, static_text: "Hello there. ".repeat(20) }));
    const document = { agent: { name: "Long" }, workflow: { nodes, initial_node: "n0" } };
    const text = stringify(document);
    expect(text.length).toBeGreaterThan(250_000);
    expect((await parsed(text)).outcome).toEqual(document);
  });
});
