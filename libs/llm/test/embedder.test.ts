import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createOpenAiEmbedder, createScriptedEmbedder, type Embedder, llmConfig, modelFromConfig } from "@parley/llm";
import { createLogger } from "@parley/observability";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { never, PATIENT } from "./requests.js";

const logger = createLogger({ service: "llm-test", level: "silent" });
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const asked = z.object({ model: z.string(), input: z.array(z.string()) });
interface Told {
  status?: number;
  body: unknown;
}

/** A server whose nth answer is what `answer` says. */
async function embedderOf(
  answer: (input: string[], n: number) => Told,
): Promise<{ embedder: Embedder; count(): number }> {
  let count = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      count += 1;
      const { input } = asked.parse(JSON.parse(Buffer.concat(parts).toString("utf8")));
      const { status = 200, body } = answer(input, count);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server has an address with a port.
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  const embedder = createOpenAiEmbedder({ apiKey: "k", baseUrl, model: "m", timeouts: PATIENT, logger });
  closing.push(() => {
    embedder.close();
    server.closeAllConnections();
    server.close();
  });
  return { embedder, count: () => count };
}

const whole = (input: string[]): Told => ({
  body: {
    // In another order than asked: the index counts.
    data: input.map((text, index) => ({ index, embedding: [text.length, 1] })).reverse(),
    usage: { prompt_tokens: 7, total_tokens: 7 },
  },
});

describe("the embedder of an OpenAI-compatible server", () => {
  it("returns one vector per text, in order", async () => {
    const { embedder } = await embedderOf(whole);
    expect(await embedder.embed({ texts: ["a", "bbb"] }, { signal: never })).toMatchObject({
      vectors: [
        [1, 1],
        [3, 1],
      ],
      usage: { inputTokens: 7, outputTokens: 0 },
      model: "m",
    });
  });

  it("retries after a transient failure, and gives up on answers that are not vectors", async () => {
    const recovering = await embedderOf((input, n) => (n === 1 ? { status: 500, body: {} } : whole(input)));
    expect((await recovering.embedder.embed({ texts: ["a"] }, { signal: never })).vectors).toEqual([[1, 1]]);
    for (const data of [undefined, [], [{ index: 0, embedding: ["x"] }], [{ index: 0, embedding: [] }]]) {
      const broken = await embedderOf(() => ({ body: { data } }));
      const asking = broken.embedder.embed({ texts: ["a"] }, { signal: never });
      await expect(asking).rejects.toMatchObject({ code: "model_unavailable" });
      expect(broken.count()).toBe(3);
    }
  });

  it("rejects with the caller's reason when aborted", async () => {
    const { embedder } = await embedderOf(whole);
    const gone = AbortSignal.abort(new Error("gone"));
    await expect(embedder.embed({ texts: ["a"] }, { signal: gone })).rejects.toThrow("gone");
  });
});

describe("the scripted embedder", () => {
  it("depends only on the text, and is similar for words of similar meaning", async () => {
    const { vectors } = await createScriptedEmbedder().embed(
      { texts: ["the price", "a cost", "apple garden", "the price"] },
      { signal: never },
    );
    const [price = [], cost = [], apple = [], again] = vectors;
    const dot = (a: number[], b: number[]) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
    expect(again).toEqual(price);
    expect(cost).toEqual(price);
    expect(dot(price, apple)).toBeLessThan(dot(price, cost));
  });
});

describe("the configured embedder", () => {
  const configured = (env: Record<string, string>) =>
    modelFromConfig(z.object(llmConfig).parse(env), { logger }).embedder;
  it("exists when it is named and reachable", () => {
    expect(configured({})).toBeUndefined();
    expect(configured({ EMBEDDING_MODEL: "" })).toBeUndefined();
    expect(configured({ EMBEDDING_MODEL: "text-embedding-3-small" })).toBeUndefined();
    expect(configured({ EMBEDDING_MODEL: "scripted" })?.name).toBe("scripted");
    expect(configured({ EMBEDDING_MODEL: "text-embedding-3-small", OPENAI_API_KEY: "k" })?.name).toBe(
      "text-embedding-3-small",
    );
  });
});
