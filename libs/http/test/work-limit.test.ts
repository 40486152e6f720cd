import { connect, type Socket } from "node:net";
import { createLogger, createMetrics, type Metrics } from "@parley/observability";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { closeServer, createHttpServer, type HttpApp, type HttpServerOptions } from "../src/index.js";

const apps: HttpApp[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(apps.splice(0).map((app) => closeServer(app, 500)));
});

async function start(options: Partial<HttpServerOptions>) {
  const logger = createLogger({ service: "test", level: "silent" });
  const metrics = createMetrics();
  const app = createHttpServer({ logger, metrics, trustedProxies: ["127.0.0.1"], ...options });
  apps.push(app);
  app.get("/probe", { config: { neverShed: true } }, async () => ({ status: "ok" }));
  app.post("/echo", { schema: { body: z.unknown() } }, async (request) => ({ got: request.body ?? null }));
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  const post = (from: string) =>
    fetch(`${url}/echo`, {
      method: "POST",
      body: "1",
      headers: { "content-type": "application/json", "x-forwarded-for": from },
    });
  return { url, port: Number(new URL(url).port), metrics, post };
}

interface Unfinished {
  /** What the server has answered so far. */
  answer(): string;
  send(text: string): void;
}

/** A request of this client whose body stays unfinished; resolves when the server has its headers. */
async function openBody(port: number, from: string): Promise<Unfinished> {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk.toString();
  });
  socket.on("error", () => undefined);
  const headers = `host: x\r\nx-forwarded-for: ${from}\r\ncontent-type: application/json\r\ncontent-length: 4`;
  socket.write(`POST /echo HTTP/1.1\r\n${headers}\r\nexpect: 100-continue\r\n\r\n`);
  await expect.poll(() => answer).toContain("100 Continue");
  return { answer: () => answer.replace("HTTP/1.1 100 Continue\r\n\r\n", ""), send: (text) => void socket.write(text) };
}

const counted = async (metrics: Metrics, name: string): Promise<number> =>
  Number(new RegExp(`^${name} (\\d+)$`, "m").exec(await metrics.text())?.[1]);

describe("requests whose body has not arrived", () => {
  it("take no slot from others, and are cut oldest first when their address has too many", async () => {
    const { url, port, post, metrics } = await start({ maxInFlight: 4, maxUnfinishedBodiesPerAddress: 3 });
    const own: Unfinished[] = [];
    for (let n = 0; n < 5; n += 1) own.push(await openBody(port, "192.0.2.1"));
    await expect.poll(() => own.map(({ answer }) => answer().slice(9, 12))).toEqual(["408", "408", "", "", ""]);
    expect(own[0]?.answer()).toContain("request_timeout");
    expect((await post("192.0.2.1")).status).toBe(200);
    expect((await post("192.0.2.2")).status).toBe(200);
    expect((await fetch(`${url}/probe`)).status).toBe(200);
    own[4]?.send("1234");
    await expect.poll(() => own[4]?.answer()).toContain('{"got":1234}');
    expect(await counted(metrics, "http_bodies_cut_total")).toBeGreaterThanOrEqual(2);
  });

  it("are bounded across all addresses, at the expense of the one with the most", async () => {
    const { port, post } = await start({ maxInFlight: 4, maxUnfinishedBodiesPerAddress: 3 });
    const honest = await openBody(port, "192.0.2.9");
    const many: Unfinished[] = [];
    for (let n = 0; n < 3; n += 1) many.push(await openBody(port, "192.0.2.1"));
    const last = await openBody(port, "192.0.2.2");
    await expect.poll(() => many.map(({ answer }) => answer().slice(9, 12))).toEqual(["408", "", ""]);
    expect((await post("192.0.2.3")).status).toBe(200);
    for (const one of [honest, last]) {
      one.send("1234");
      await expect.poll(() => one.answer()).toContain('{"got":1234}');
    }
  });
});

describe("probes", () => {
  it("are answered while everything else is refused", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const logger = createLogger({ service: "test", level: "silent" });
    const app = createHttpServer({ logger, metrics: createMetrics(), maxInFlight: 1 });
    apps.push(app);
    app.get("/probe", { config: { neverShed: true } }, async () => ({ status: "ok" }));
    app.get("/slow", async () => {
      await held;
      return {};
    });
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    const slow = fetch(`${url}/slow`);
    await expect.poll(async () => (await fetch(`${url}/nothing`)).status).toBe(503);
    expect((await fetch(`${url}/probe`)).status).toBe(200);
    const body = { method: "POST", body: "1", headers: { "content-type": "application/json" } };
    expect((await fetch(`${url}/slow`, body)).status).toBe(503);
    release();
    expect((await slow).status).toBe(200);
  });
});

describe("connections of one address", () => {
  const hold = async (port: number): Promise<Socket> => {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    socket.on("error", () => undefined);
    await new Promise((resolve) => socket.once("connect", resolve));
    return socket;
  };

  it("are bounded: the oldest idle one is closed, one with a request in progress is not", async () => {
    const { port, metrics } = await start({ maxConnectionsPerAddress: 3, trustedProxies: [] });
    const working = await openBody(port, "ignored");
    const [first, second] = [await hold(port), await hold(port)];
    const closed = (socket: Socket) => socket.closed || socket.readableEnded;
    first.resume();
    second.resume();
    const newest = await openBody(port, "ignored");
    await expect.poll(() => [first, second].map(closed)).toEqual([true, false]);
    expect(await counted(metrics, "http_connections_closed_total")).toBe(1);
    for (const one of [working, newest]) {
      one.send("1234");
      await expect.poll(() => one.answer()).toContain('{"got":1234}');
    }
  });

  it("are not counted for a trusted proxy, which serves many clients", async () => {
    const { port, post, metrics } = await start({ maxConnectionsPerAddress: 1 });
    for (let n = 0; n < 4; n += 1) await openBody(port, `192.0.2.${n}`);
    expect((await post("192.0.2.50")).status).toBe(200);
    expect(await counted(metrics, "http_connections_closed_total")).toBe(0);
  });
});
