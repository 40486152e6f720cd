import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "@parley/contracts";
import { createLogger, createMetrics } from "@parley/observability";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { closeServer, createHttpServer, type HttpApp } from "../src/index.js";
import { REFUSED, SERVED, SERVED_LAST } from "./hostile-shapes.js";
import { type Exchange, exchange, type RawAnswer } from "./raw-answers.js";

/** Another seed plays other games; more of them find rarer faults. */
const SEED = Number(process.env.PARLEY_TEST_SEED);
const GAMES = Number(process.env.MODELS_GAMES ?? 15) * 10;

let app: HttpApp;
let port: number;
/** Which requests reached a handler. */
const ran: string[] = [];

beforeAll(async () => {
  const logger = createLogger({ service: "test", level: "fatal" });
  app = createHttpServer({ logger, metrics: createMetrics() });
  const params = z.object({ id: z.string() });
  const handler = async ({ id }: { id: string }): Promise<{ id: string }> => {
    ran.push(id);
    // Long enough for what stands behind it on the connection to be read first.
    if (id.startsWith("slow")) await delay(15);
    return { id };
  };
  app.get("/seen/:id", { schema: { params } }, async (request) => handler(request.params));
  app.post("/seen/:id", { schema: { params, body: z.unknown() } }, async (request) => handler(request.params));
  app.post("/early", { config: { streamsBody: true } }, async () => {
    throw new AppError("not_found");
  });
  app.get("/stream", async (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { "content-type": "text/event-stream" });
    reply.raw.write("data: one\n\n");
  });
  port = Number(new URL(await app.listen({ port: 0, host: "127.0.0.1" })).port);
});
afterAll(() => closeServer(app, 500));
beforeEach(() => {
  ran.length = 0;
});

const valid = (id: string, method: string): string =>
  method === "GET"
    ? `GET /seen/${id} HTTP/1.1\r\nhost: a\r\n\r\n`
    : `POST /seen/${id} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n12`;
const LAST = "GET /seen/last HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
const BEHIND = valid("behind", "GET");

/** What an answer is, in one word. */
function wordOf({ status, headers, body }: RawAnswer): string {
  if (status === 100) return "100";
  const parsed: unknown = JSON.parse(body);
  if (status === 200) return `200 ${z.object({ id: z.string() }).parse(parsed).id}`;
  const problem = z.looseObject({ type: z.string(), status: z.number(), request_id: z.string() }).parse(parsed);
  expect(headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
  expect([problem.status, problem.request_id]).toEqual([status, headers.get("x-request-id")]);
  expect(problem.type).toMatch(/^urn:parley:error:/);
  return String(status);
}

const wordsOf = ({ answers }: Exchange): string[] => answers.map(wordOf);

/** Whatever one connection did, the next one is served. */
async function nextConnectionWorks(): Promise<void> {
  const next = await exchange(port, LAST);
  expect([next.over, wordsOf(next), next.rest]).toEqual(["closed", ["200 last"], ""]);
}

describe("ambiguous requests", () => {
  it("are refused once with an error and a closed connection, and a request smuggled behind them is never read", async () => {
    for (const [name, [request, status]] of Object.entries(REFUSED)) {
      const got = await exchange(port, request + BEHIND);
      expect([name, got.over, wordsOf(got), got.rest]).toEqual([name, "closed", [String(status)], ""]);
    }
    // A body that turns out broken stops the request before its handler.
    expect(ran).toEqual([]);
    await nextConnectionWorks();
  });

  it("are distinguished from merely unusual ones, which are served once, as is the next request", async () => {
    for (const [name, request] of Object.entries(SERVED)) {
      const got = await exchange(port, request + LAST);
      const words = wordsOf(got).filter((word) => word !== "100");
      expect([name, got.over, words, got.rest]).toEqual([name, "closed", ["200 hostile", "200 last"], ""]);
    }
    for (const [name, request] of Object.entries(SERVED_LAST)) {
      const got = await exchange(port, request + BEHIND);
      expect([name, got.over, wordsOf(got), got.rest]).toEqual([name, "closed", ["200 hostile"], ""]);
    }
    expect(ran).not.toContain("behind");
  });

  it(`never overtake the answers to the requests before them, however the packets are cut (seed ${SEED})`, async () => {
    const met = new Set<string>();
    const before = fc.array(fc.tuple(fc.constantFrom("slow", "quick"), fc.constantFrom("GET", "POST")), {
      maxLength: 3,
    });
    const game = fc.record({
      before,
      name: fc.constantFrom(...Object.keys(REFUSED)),
      hasBehind: fc.boolean(),
      cuts: fc.array(fc.nat(), { maxLength: 6 }),
      end: fc.boolean(),
    });
    const play = fc.asyncProperty(game, async ({ before: sent, name, hasBehind, cuts, end }) => {
      ran.length = 0;
      const [request, status] = REFUSED[name] ?? ["", 0];
      const ids = sent.map(([pace], index) => `${pace}${index}`);
      const front = sent.map(([, method], index) => valid(ids[index] ?? "", method)).join("");
      const got = await exchange(port, front + request + (hasBehind ? BEHIND : ""), { cuts, end });
      const wanted = [...ids.map((id) => `200 ${id}`), String(status)];
      if (!end) met.add(`${got.over} ${ids.some((id) => id.startsWith("slow")) ? "slow" : "quick"}`);
      // A reset may take along what was on its way, and who stops writing counts as gone; what has come is right all the same.
      if (got.over === "reset" || end)
        expect([got.over === "open", wordsOf(got), got.rest]).toEqual([false, wanted.slice(0, got.answers.length), ""]);
      else expect([got.over, wordsOf(got), got.rest]).toEqual(["closed", wanted, ""]);
      expect(ran.toSorted()).toEqual(ids.toSorted());
    });
    await fc.assert(play, { seed: SEED, numRuns: GAMES });
    expect([...met]).toEqual(expect.arrayContaining(["closed slow", "closed quick"]));
    await nextConnectionWorks();
  }, 120_000);

  it("cut off an answer that has begun instead of writing into it", async () => {
    const got = await exchange(port, `GET /stream HTTP/1.1\r\nhost: a\r\n\r\n`, { patienceMs: 2_000 });
    expect([got.over, got.rest]).toEqual(["open", "b\r\ndata: one\n\n\r\n"]);
    const cut = await exchange(port, `GET /stream HTTP/1.1\r\nhost: a\r\n\r\n`, { onAnswer: "GARBAGE\r\n\r\n" });
    expect(cut.over).not.toBe("open");
    expect([cut.answers.length, cut.rest]).toEqual([1, "b\r\ndata: one\n\n\r\n"]);
  });
});

describe("bytes that were altered in transit", () => {
  it(`get clean answers, at most one a request, and never a failure of the server (seed ${SEED})`, async () => {
    const met = new Set<number>();
    const bytes = fc.constantFrom(
      "\0",
      "\r",
      "\n",
      "\r\n",
      ":",
      " ",
      "\t",
      ",",
      "\x80",
      "\xff",
      "0",
      "HTTP/1.1",
      "\r\n\r\n",
    );
    const change = fc.record({ at: fc.nat(), drop: fc.nat({ max: 3 }), put: fc.oneof(fc.constant(""), bytes) });
    const base = [valid("one", "POST"), valid("two", "GET"), Object.values(SERVED)[0], LAST].join("");
    const play = fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      let text = base;
      for (const { at, drop, put } of changes) {
        const place = at % text.length;
        text = text.slice(0, place) + put + text.slice(place + drop);
      }
      const got = await exchange(port, text, { end: true });
      const words = wordsOf(got);
      expect([got.over === "open", got.rest]).toEqual([false, ""]);
      expect(words.length).toBeLessThanOrEqual(text.split(/(?:GET|POST)/).length);
      expect(words.filter((word) => word.startsWith("5"))).toEqual([]);
      for (const { status } of got.answers) met.add(status);
    });
    await fc.assert(play, { seed: SEED, numRuns: GAMES });
    expect([...met]).toEqual(expect.arrayContaining([200, 400, 404]));
    await nextConnectionWorks();
  }, 120_000);
});

describe("a request that was answered before its body", () => {
  it("gets no second answer when the body turns out to be malformed", async () => {
    const early =
      "POST /early HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    const got = await exchange(port, early, { onAnswer: "no chunk\r\n\r\n" });
    expect([got.over === "open", wordsOf(got), got.rest]).toEqual([false, ["404"], ""]);
  });
});

describe("an incomplete request", () => {
  it(`reaches no handler, wherever the connection ends (seed ${SEED})`, async () => {
    const whole = valid("half", "POST");
    const play = fc.asyncProperty(fc.integer({ min: 1, max: whole.length - 1 }), async (length) => {
      const got = await exchange(port, whole.slice(0, length), { end: true });
      expect([got.over, wordsOf(got), got.rest]).toEqual(["closed", ["400"], ""]);
    });
    await fc.assert(play, { seed: SEED, numRuns: Math.min(GAMES, 100) });
    expect(ran).toEqual([]);
    await nextConnectionWorks();
  }, 60_000);

  it("is ended with an error after its time limit, while others are served", async () => {
    const whole = valid("half", "POST");
    const waiting = [4, 30, 60].map((length) => exchange(port, whole.slice(0, length), { patienceMs: 25_000 }));
    await nextConnectionWorks();
    for (const got of await Promise.all(waiting))
      expect([got.over, wordsOf(got), got.rest]).toEqual(["closed", ["408"], ""]);
    expect(ran).toEqual(["last"]);
  }, 40_000);
});
