import { afterEach, describe, expect, it } from "vitest";
import { createParleyClient, type Delta, type SessionEvent } from "../src/index.js";
import { events, type FlakyServer, flakyServer, json } from "./flaky-server.js";

const retry = { baseMs: 5, maxMs: 50 };
const delta = (at: number, text: string, attempt = 1) => ({
  event: "message.delta",
  data: { type: "message.delta", turn_id: "t", attempt, part: 0, at, text },
});

describe("streams", () => {
  let server: FlakyServer | undefined;
  afterEach(() => server?.close());
  const sessions = () => createParleyClient({ baseUrl: server?.url ?? "", apiKey: "key", retry }).sessions;

  it("follows a session across dropped connections, without gap or duplicate, to its end", async () => {
    let cut = (): void => undefined;
    server = await flakyServer((nth, response) => {
      if (nth === 1) {
        cut = () => void response.destroy();
        response.writeHead(200, { "content-type": "text/event-stream" }).write("retry: 5\n\n");
        events(response, { event: "connected", data: {} }, { id: "1-1", event: "message", data: { n: 1 } });
        // Cut in the middle of an event: what is not whole does not count.
        response.write('id: 1-2\nevent: message\ndata: {"n"');
      } else if (nth === 2) json(response, 503, { code: "not_ready" });
      else {
        events(response, { id: "1-2", event: "message", data: { n: 2 } });
        events(
          response,
          { event: "typing", data: {} },
          { id: "1-3", event: "session_ended", data: { reason: "client" } },
        );
      }
    });
    const seen: SessionEvent[] = [];
    const states: string[] = [];
    for await (const event of sessions().events("text_1", { onState: (state) => states.push(state) })) {
      seen.push(event);
      // What a cut connection had not handed over yet is lost with it, so it is cut when the first event is there.
      if (event.id === "1-1") cut();
    }
    expect(seen.flatMap(({ id }) => id ?? [])).toEqual(["1-1", "1-2", "1-3"]);
    expect(server.seen.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "1-1", "1-1"]);
    expect(states.filter((state, index) => state !== states[index - 1])).toEqual(["live", "interrupted", "live"]);
  });

  it("reopens a silent stream, and ends at 204", async () => {
    server = await flakyServer((nth, response) => {
      if (nth === 1) events(response, { id: "1-4", event: "message", data: {} });
      else response.writeHead(204).end();
    });
    const seen: string[] = [];
    for await (const { type } of sessions().events("text_1", { after: "1-3", idleMs: 1_500 })) seen.push(type);
    expect(seen).toEqual(["message"]);
    expect(server.seen.map(({ headers }) => headers["last-event-id"])).toEqual(["1-3", "1-4"]);
  });

  it("ends with an error that retrying cannot fix, and at once when its reader leaves", async () => {
    let closed = false;
    server = await flakyServer((nth, response) => {
      if (nth === 1) return json(response, 404, { code: "session_not_found" });
      response.on("close", () => {
        closed = true;
      });
      events(response, { id: "1-1", event: "message", data: {} });
    });
    await expect(sessions().events("text_1").next()).rejects.toMatchObject({ code: "session_not_found" });
    for await (const _event of sessions().events("text_1")) break;
    await expect.poll(() => closed).toBe(true);
  });

  it("streams an answer once, across a disconnect and a second attempt of the server", async () => {
    const answer = { type: "turn", response: "Hello Jack", turn_id: "t" };
    let cut = (): void => undefined;
    server = await flakyServer((nth, response) => {
      if (nth === 1) {
        events(response, delta(0, "Hel"));
        cut = () => void response.destroy();
      } else {
        events(response, delta(0, "Hello"), delta(3, "lo"), delta(0, "Hello", 2), delta(5, " Jack", 2));
        events(response, { event: "turn", data: answer });
        response.end();
      }
    });
    const deltas: Delta[] = [];
    const onDelta = (one: Delta): void => {
      deltas.push(one);
      if (deltas.length === 1) cut();
    };
    const turn = await sessions().send("text_1", "hi", { onDelta });
    expect(turn).toEqual({ response: "Hello Jack", turn_id: "t" });
    expect(deltas.map(({ text }) => text)).toEqual(["Hel", "lo", "Hello", " Jack"]);
    expect(deltas.at(-1)?.textSoFar).toBe("Hello Jack");
    expect(new Set(server.seen.map(({ body }) => body)).size).toBe(1);
  });

  it("iterates the same answer, and throws the error with which a stream ends", async () => {
    server = await flakyServer((nth, response) => {
      events(response, delta(0, "Hi"));
      const problem = { type: "error", status: 502, code: "model_unavailable", detail: "Away." };
      events(response, nth === 1 ? { event: "turn", data: { response: "Hi" } } : { event: "error", data: problem });
      response.end();
    });
    const types: string[] = [];
    for await (const { type } of sessions().stream("text_1", "x")) types.push(type);
    expect(types).toEqual(["message.delta", "turn"]);
    const failing = async () => {
      for await (const _event of sessions().stream("text_1", "x")) types.push("more");
    };
    await expect(failing()).rejects.toMatchObject({ status: 502, code: "model_unavailable", detail: "Away." });
    expect(server.seen).toHaveLength(2);
  });
});
