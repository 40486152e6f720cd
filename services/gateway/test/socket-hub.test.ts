import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createMetrics } from "@parley/observability";
import { eventually } from "@parley/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { createSocketHub, type Socket, type SocketHub } from "../src/channel/socket-hub.js";
import { Frame } from "../src/streams/frame.js";

describe("a socket that its client does not read", () => {
  let server: Server;
  let hub: SocketHub;
  let client: WebSocket;
  let socket: Socket;
  beforeEach(async () => {
    hub = createSocketHub({ metrics: createMetrics(), timeoutMs: 60_000 });
    server = createServer();
    const sockets = new WebSocketServer({ server, perMessageDeflate: false });
    const opened = new Promise<Socket>((resolve) => sockets.once("connection", (ws) => resolve(hub.open(ws))));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    client.on("error", () => undefined);
    await once(client, "open");
    socket = await opened;
  });
  afterEach(async () => {
    client.terminate();
    server.close();
    await once(server, "close");
  });

  const PIECE = new Frame({ event: "status", data: { label: "x".repeat(64_000) } });
  /** More than any kernel takes for one connection. */
  const MANY = 2_000;

  it("is cut before much is buffered for it, and its reader is told that it ended", async () => {
    client.pause();
    let left = 0;
    socket.onClose(() => {
      left += 1;
    });
    let written = 0;
    for (; written < MANY && socket.pass(PIECE); written += 1) await new Promise((done) => setImmediate(done));
    expect(written).toBeLessThan(MANY);
    // What was allowed to wait, and the frame that was one too many.
    expect(socket.ws.bufferedAmount).toBeLessThan(262_144 + 2 * 64_000 + 1_000);
    expect([socket.closed, left, socket.pass(PIECE)]).toEqual([true, 1, false]);
    // A client that does not take part in the end is cut as well, and nothing waits for it any more.
    await eventually(async () => expect([hub.size, socket.ws.readyState]).toEqual([0, WebSocket.CLOSED]));
  });

  it("is waited for while it catches up, but not forever", async () => {
    client.pause();
    while (!socket.waiting) {
      socket.pass(PIECE);
      await new Promise((done) => setImmediate(done));
    }
    expect(await socket.drained(50)).toBe(false);
    const caughtUp = socket.drained(20_000);
    client.resume();
    expect(await caughtUp).toBe(true);
    expect([socket.waiting, socket.closed]).toEqual([false, false]);
  });
});
