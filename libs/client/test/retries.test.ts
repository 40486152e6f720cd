import { createHash, createHmac } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { createParleyClient, type ParleyClient, ParleyError } from "../src/index.js";
import { type FlakyServer, flakyServer, json, type Seen } from "./flaky-server.js";

const KEY = "a key of the test";
const retry = { baseMs: 5, maxMs: 2_000 };
const turn = { response: "Hello", turn_id: "t", session_ended: false };

/** After the reference document, independent of the code under test. */
function signatureOf({ method, path, headers, body }: Seen): string {
  const hash = createHash("sha256").update(body).digest("hex");
  const nonce = headers["x-nonce"] ?? "";
  return createHmac("sha256", KEY).update(`${headers["x-timestamp"]}${nonce}${method}${path}${hash}`).digest("hex");
}

describe("calls during an outage", () => {
  let server: FlakyServer | undefined;
  afterEach(() => server?.close());
  const clientOf = (more: object = {}): ParleyClient =>
    createParleyClient({ baseUrl: server?.url ?? "", apiKey: KEY, retry, ...more });

  it("repeats a message after a broken connection, 503 and 429, as the same message under a fresh signature", async () => {
    server = await flakyServer((nth, response) => {
      if (nth === 1) response.destroy();
      else if (nth === 2) json(response, 503, { code: "not_ready" });
      else if (nth === 3) json(response, 429, { code: "rate_limited" }, { "retry-after": "1" });
      else json(response, 200, turn);
    });
    const started = Date.now();
    expect(await clientOf().sessions.send("text_1", "Grüße 👋")).toEqual(turn);
    expect(Date.now() - started).toBeGreaterThanOrEqual(1_000);
    const ids = server.seen.map(({ body }) => JSON.parse(body).client_message_id);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(1);
    expect(new Set(server.seen.map(({ headers }) => headers["x-nonce"])).size).toBe(4);
    for (const one of server.seen) expect(one.headers["x-signature"]).toBe(signatureOf(one));
  });

  it("gives two identical session requests in one second different keys, and retries of one the same key", async () => {
    server = await flakyServer((nth, response) => json(response, nth === 1 ? 500 : 201, { session_id: "text_1" }));
    const { sessions } = clientOf({ clock: () => 1_800_000_000_000 });
    const body = { tenant_id: "t", agent_id: "a" };
    await sessions.create(body);
    await sessions.create(body);
    const [first, again, second] = server.seen.map(({ headers }) => headers["idempotency-key"]);
    expect(first).toBe(again);
    expect(second).not.toBe(first);
    expect(new Set(server.seen.map(({ headers }) => headers["x-signature"])).size).toBe(3);
  });

  it("adds a nonce to reads only when configured", async () => {
    server = await flakyServer((_nth, response) => json(response, 200, { session_id: "text_1" }));
    for (const alwaysNonce of [undefined, true]) await clientOf({ alwaysNonce }).sessions.get("text_1");
    const [plain, strict] = server.seen;
    expect([plain?.headers["x-nonce"], strict?.headers["x-nonce"]]).toEqual([undefined, expect.any(String)]);
    for (const one of server.seen) expect(one.headers["x-signature"]).toBe(signatureOf(one));
  });

  it("signs the query, and omits a path prefix that a proxy strips", async () => {
    server = await flakyServer((_nth, response) => json(response, 200, { data: [], next_cursor: null }));
    const client = createParleyClient({ baseUrl: `${server.url}/in/front`, apiKey: KEY, keyId: "k1" });
    await client.sessions.history("text_1", { limit: 5, cursor: "a b+c/é" });
    const [seen] = server.seen;
    if (seen === undefined) throw new Error("nothing was asked");
    expect(seen.path.startsWith("/in/front/api/chat/sessions/text_1/messages?limit=5&cursor=")).toBe(true);
    expect(seen.headers["x-key-id"]).toBe("k1");
    expect(seen.headers["x-signature"]).toBe(signatureOf({ ...seen, path: seen.path.slice("/in/front".length) }));
  });

  it.each([
    [410, { code: "session_ended", detail: "Over.", request_id: "r1" }],
    [429, { code: "messages_exhausted", detail: "No more." }],
    [502, { code: "model_unavailable", detail: "The model is away." }],
    [
      422,
      { code: "validation_failed", errors: [{ pointer: "/content", rule: "custom", message: "must not be blank" }] },
    ],
  ])("tells %i at once with everything the problem says", async (status, problem) => {
    server = await flakyServer((_nth, response) => json(response, status, problem));
    const error = await clientOf()
      .sessions.send("text_1", "x")
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ParleyError);
    expect(error).toMatchObject({
      status,
      code: problem.code,
      ...("errors" in problem ? { errors: problem.errors } : {}),
    });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    [[["/max_sessions", "must be at least 1"]], "max_sessions: must be at least 1"],
    [
      [
        ["/budget/max_cost", "must be a number"],
        ["/title", "is required"],
        ["/a~1b", "is not a field of this object"],
      ],
      "budget.max_cost: must be a number (and 2 more)",
    ],
    [[["/a~1b", "is not a field of this object"]], "a/b: is not a field of this object"],
    [[["query/limit", "must be a number"]], "query/limit: must be a number"],
    [[["", "must be an object"]], "body: must be an object"],
    [[], "Some fields are wrong."],
  ])("names the first of the wrong fields %j: %s", async (fields, message) => {
    const errors = fields.map(([pointer, sentence]) => ({ pointer, rule: "x", message: sentence }));
    const detail = "Some fields are wrong.";
    server = await flakyServer((_nth, response) => json(response, 422, { code: "validation_failed", detail, errors }));
    await expect(clientOf().sessions.get("text_1")).rejects.toMatchObject({ message, detail, errors });
  });

  it("keeps the message of other refusals, whatever fields they name", async () => {
    const errors = [{ pointer: "/document/tests/0", rule: "test", message: "has not passed" }];
    const problem = { code: "tests_not_green", detail: "The tests are not green.", errors };
    server = await flakyServer((_nth, response) => json(response, 409, problem));
    await expect(clientOf().sessions.get("text_1")).rejects.toMatchObject({ message: problem.detail, errors });
  });

  it("gives up after its last attempt with the last error", async () => {
    server = await flakyServer((_nth, response) => json(response, 503, { code: "overloaded" }));
    await expect(clientOf().sessions.get("text_1")).rejects.toMatchObject({ code: "overloaded", status: 503 });
    expect(server.seen).toHaveLength(4);
  });

  it("gives up on a silent server at its deadline, and stops waiting when aborted", async () => {
    server = await flakyServer(() => undefined);
    const client = clientOf({ timeoutMs: 50, retry: { attempts: 2, baseMs: 5 } });
    await expect(client.sessions.get("text_1")).rejects.toMatchObject({ status: 0, code: "timeout" });
    const reason = new Error("changed my mind");
    const stop = new AbortController();
    const waiting = clientOf().sessions.get("text_1", { signal: stop.signal });
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});

describe("a wrong clock", () => {
  let server: FlakyServer | undefined;
  afterEach(() => server?.close());
  /** Refuses what is signed more than 300 s away from its own time, as the gateway does. */
  const strict = (): Promise<FlakyServer> =>
    flakyServer((_nth, response, { headers }) => {
      const off = Math.abs(Number(headers["x-timestamp"]) - Date.now() / 1_000);
      json(response, off > 300 ? 401 : 200, { code: "invalid_signature" });
    });

  it.each([-7_200_000, 7_200_000])(
    "is corrected once by the Date header, for all later calls (%i ms)",
    async (offMs) => {
      server = await strict();
      const client = createParleyClient({ baseUrl: server.url, apiKey: KEY, retry, clock: () => Date.now() + offMs });
      await client.sessions.get("text_1");
      await client.sessions.get("text_1");
      expect(server.seen).toHaveLength(3);
      expect(Math.abs(client.transport.skewMs + offMs)).toBeLessThan(5_000);
    },
  );

  it("is not assumed when the key is wrong: one attempt, 401", async () => {
    server = await flakyServer((_nth, response) => json(response, 401, { code: "invalid_signature" }));
    const client = createParleyClient({ baseUrl: server.url, apiKey: KEY, retry });
    await expect(client.sessions.get("text_1")).rejects.toMatchObject({ status: 401 });
    expect(server.seen).toHaveLength(1);
  });
});
