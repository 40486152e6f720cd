import { once } from "node:events";
import { connect } from "node:net";
import { createLogger, createMetrics } from "@parley/observability";
import { afterEach, describe, expect, it } from "vitest";
import { closeServer, createHttpServer, type HttpApp, type SseOptions, type SseStream } from "../src/index.js";

const apps: HttpApp[] = [];
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => closeServer(app, 500)));
});

async function start(sse: SseOptions, onOpen: (stream: SseStream) => void) {
  const logger = createLogger({ service: "test", level: "silent" });
  const app = createHttpServer({ logger, metrics: createMetrics(), sse });
  apps.push(app);
  app.get("/events", (_request, reply) => {
    onOpen(app.sse.open(reply));
  });
  app.get("/late", async (_request, reply) => {
    await once(reply.raw, "close");
    onOpen(app.sse.open(reply));
    return reply;
  });
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  return { app, url };
}

describe("event stream", () => {
  it("frames events with id, name and data, and sends the reconnection time", async () => {
    const { url } = await start({}, (stream) => {
      stream.send({ id: "1-7", event: "message", data: { type: "message", content: "a\nb" } });
      stream.send({ event: "message.delta", data: '{"type":"message.delta"}' });
      stream.close();
    });
    const answer = await fetch(`${url}/events`);
    expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(answer.headers.get("x-accel-buffering")).toBe("no");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await answer.text()).toMatch(
      /^retry: [23]\d{3}\n\nid: 1-7\nevent: message\ndata: {"type":"message","content":"a\\nb"}\n\nevent: message.delta\ndata: {"type":"message.delta"}\n\n$/,
    );
  });

  it("keeps a silent stream alive with comments and ends it at its age limit", async () => {
    const { url } = await start({ heartbeatMs: 20, maxAgeMs: 3_000 }, () => undefined);
    const text = await (await fetch(`${url}/events`)).text();
    expect(text.match(/^: $/gm)?.length).toBeGreaterThan(1);
  });

  it("disconnects a reader that does not read instead of buffering for it", async () => {
    let stream: SseStream | undefined;
    const { app, url } = await start({ maxBufferBytes: 65_536 }, (opened) => {
      stream = opened;
    });
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.on("error", () => undefined);
    socket.pause();
    socket.write("GET /events HTTP/1.1\r\nhost: a\r\n\r\n");
    await expect.poll(() => stream !== undefined).toBe(true);
    let sent = 0;
    await expect
      .poll(
        () => {
          sent += 1;
          return stream?.send({ event: "message", data: { text: "x".repeat(32_768) } });
        },
        { interval: 1, timeout: 5_000 },
      )
      .toBe(false);
    expect(sent).toBeGreaterThan(1);
    expect(stream?.closed).toBe(true);
    expect(app.sse.size).toBe(0);
    socket.destroy();
  });

  it("buffers at most 256 KiB for a slow reader by default", async () => {
    const piece = 4_096;
    const held: number[] = [];
    let cut = false;
    const app = createHttpServer({
      logger: createLogger({ service: "test", level: "silent" }),
      metrics: createMetrics(),
    });
    apps.push(app);
    app.get("/events", (_request, reply) => {
      const stream = app.sse.open(reply);
      // In one go: nothing is written to the socket meanwhile, as with a reader that does not read.
      while (!cut && held.length < 1_000) {
        cut = !stream.pass("x".repeat(piece));
        if (!cut) held.push(reply.raw.writableLength);
      }
    });
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    await expect(fetch(`${url}/events`).then((answer) => answer.text())).rejects.toThrow();
    expect(cut).toBe(true);
    const most = Math.max(...held);
    expect(most).toBeLessThanOrEqual(262_144);
    expect(most).toBeGreaterThan(262_144 - 2 * piece);
  });

  it("reports once that a reader left", async () => {
    let closed = 0;
    const { app, url } = await start({}, (stream) => stream.onClose(() => (closed += 1)));
    const controller = new AbortController();
    await fetch(`${url}/events`, { signal: controller.signal });
    controller.abort();
    await expect.poll(() => closed).toBe(1);
    expect(app.sse.size).toBe(0);
  });

  it("retains nothing for a reader who left before the stream was opened", async () => {
    let gone = 0;
    let stream: SseStream | undefined;
    const { app, url } = await start({}, (opened) => {
      stream = opened;
      opened.onClose(() => (gone += 1));
    });
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("GET /late HTTP/1.1\r\nhost: a\r\n\r\n", () => socket.destroy());
    await expect.poll(() => stream?.closed, { timeout: 5_000 }).toBe(true);
    expect([gone, app.sse.size, stream?.send({ event: "message", data: {} })]).toEqual([1, 0, false]);
  });

  it("ends all streams cleanly when the server closes", async () => {
    const { app, url } = await start({}, () => undefined);
    const answer = await fetch(`${url}/events`);
    const text = answer.text();
    await closeServer(app, 5_000);
    expect(await text).toMatch(/retry: \d+\n\nretry: \d+\n\n$/);
  });
});
