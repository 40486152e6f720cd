import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createLogger, createMetrics } from "@parley/observability";
import { afterEach, describe, expect, it } from "vitest";
import { closeServer, createHttpServer, type HttpApp } from "../src/index.js";

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

const DEADLINE_MS = 25_000;

async function start(): Promise<{ app: HttpApp; port: number; finish: () => void; entered: Promise<void> }> {
  const logger = createLogger({ service: "test", level: "error", destination: { write: () => undefined } });
  const app = createHttpServer({ logger, metrics: createMetrics() });
  let finish = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let enter = (): void => undefined;
  const entered = new Promise<void>((resolve) => {
    enter = resolve;
  });
  app.get("/quick", async () => ({}));
  app.get("/slow", async () => {
    enter();
    await held;
    return { done: true };
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  const address = app.server.address();
  return { app, port: typeof address === "object" ? (address?.port ?? 0) : 0, finish, entered };
}

async function open(port: number, sent = ""): Promise<{ socket: Socket; text: () => string }> {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  let text = "";
  socket.on("error", () => undefined);
  socket.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  await once(socket, "connect");
  if (sent !== "") socket.write(sent);
  return { socket, text: () => text };
}

describe("a closing server", () => {
  it("does not wait for idle connections: never used, used before, or with an incomplete request", async () => {
    const { app, port } = await start();
    const never = await open(port);
    const before = await open(port, "GET /quick HTTP/1.1\r\nHost: x\r\n\r\n");
    const half = await open(port, "GET /quick HTTP/1.1\r\nHo");
    await expect.poll(before.text).toContain("200 OK");
    await expect.poll(() => half.socket.bytesWritten).toBeGreaterThan(0);
    const began = performance.now();
    const closed = closeServer(app, DEADLINE_MS);
    await Promise.all([once(never.socket, "close"), once(before.socket, "close")]);
    expect(performance.now() - began).toBeLessThan(4_000);
    await closed;
    expect(performance.now() - began).toBeLessThan(12_000);
  }, 30_000);

  it("answers a request in progress before it closes the connection", async () => {
    const { app, port, finish, entered } = await start();
    const slow = await open(port, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    const never = await open(port);
    await entered;
    const closed = closeServer(app, DEADLINE_MS);
    await once(never.socket, "close");
    const answered = once(slow.socket, "close");
    finish();
    await Promise.all([closed, answered]);
    expect(slow.text()).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*connection: close[\s\S]*\{"done":true\}$/i);
  }, 30_000);
});
