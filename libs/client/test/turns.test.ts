import { afterEach, describe, expect, it } from "vitest";
import { createParleyClient, type ParleyClient } from "../src/index.js";
import { type FlakyServer, flakyServer, json } from "./flaky-server.js";

const place = { turn_id: "c.2", session_id: "text_1" };

describe("a message that is answered later", () => {
  let server: FlakyServer | undefined;
  afterEach(() => server?.close());
  const sessionsOf = (): ParleyClient["sessions"] =>
    createParleyClient({ baseUrl: server?.url ?? "", apiKey: "k", retry: { baseMs: 5 } }).sessions;

  it("is submitted without waiting, identically in every attempt, and polled until its turn is over", async () => {
    server = await flakyServer((nth, response, { method }) => {
      if (nth === 1) json(response, 503, { code: "not_ready" });
      else if (method === "POST") json(response, 202, { ...place, events_url: "/e", status_url: "/s" });
      else if (nth === 3) json(response, 200, { ...place, status: "queued" }, { "retry-after": "1" });
      else if (nth === 4) json(response, 200, { ...place, status: "running" }, { "retry-after": "1" });
      else json(response, 200, { ...place, status: "completed", response: "Hello" });
    });
    const sessions = sessionsOf();
    const { turn_id } = await sessions.submit("text_1", "Hi");
    expect(await sessions.waitForTurn("text_1", turn_id, { pauseMs: 20 })).toMatchObject({ response: "Hello" });
    const [first, again, ...asked] = server.seen;
    expect(first?.headers.prefer).toBe("respond-async");
    expect(again?.body).toBe(first?.body);
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual(
      Array.from({ length: 3 }, () => "GET /api/chat/sessions/text_1/turns/c.2"),
    );
  });

  it("throws the error of a failed turn, and gives up on a turn that never ends", async () => {
    const error = { status: 502, code: "model_unavailable", detail: "The model is away.", request_id: "r" };
    server = await flakyServer((nth, response) =>
      json(response, 200, nth === 1 ? { ...place, status: "failed", error } : { ...place, status: "running" }),
    );
    const { waitForTurn } = sessionsOf();
    await expect(waitForTurn("text_1", "c.2")).rejects.toMatchObject({ status: 502, code: "model_unavailable" });
    await expect(waitForTurn("text_1", "c.2", { timeoutMs: 60, pauseMs: 20 })).rejects.toMatchObject({
      code: "timeout",
    });
    const reason = new Error("left");
    const left = waitForTurn("text_1", "c.2", { signal: AbortSignal.abort(reason) });
    await expect(left).rejects.toBe(reason);
  });
});
