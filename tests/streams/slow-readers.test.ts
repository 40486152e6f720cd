import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { eventually, type ModelCall } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import type { Child } from "../cluster/child-process.js";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type MadeLink } from "../cluster/owner.js";
import { newVisitor, type Visitor } from "./visitor.js";

const full = process.env.STREAMS_FULL === "1";
/** Twenty readers a session. What the kernel itself keeps for a reader (some megabytes) comes before what the process keeps. */
const PLAN = full ? { sessions: 25, turns: 40, deadlineMs: 400_000 } : { sessions: 3, turns: 30, deadlineMs: 120_000 };
const READERS = 20;
const REPLY_BYTES = 120_000;
/** What may wait for one reader, and what a process needs anyway while it is flooded. */
const BOUND_BYTES = PLAN.sessions * READERS * 262_144 + 250 * 1_048_576;

describe("readers that do not read", () => {
  let cluster: Cluster;
  let link: MadeLink;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    const reply = ({ lastUserText }: ModelCall): string =>
      lastUserText.startsWith("flood") ? "x".repeat(REPLY_BYTES) : `echo(${lastUserText})`;
    cluster = await startCluster({
      shape: "distributed",
      model: { reply, record: false },
      env: { RATE_LIMIT_ADDRESS_PER_MINUTE: "1000000" },
    });
    const tenant = await createTenant(cluster, "Slow");
    await importAgent(tenant, "echo", ECHO);
    const limits = {
      max_sessions: 1_000,
      rate_limit_per_minute: 100,
      max_messages_per_session: 1_000,
      proof_of_work: "off",
    };
    link = await createLink(tenant, "echo", limits);
  }, 180_000);
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await cluster?.close();
  }, 60_000);

  it(
    `${PLAN.sessions * READERS} of them are cut off, cost bounded memory, and others are served meanwhile`,
    async () => {
      onTestFailed(() => void process.stderr.write(`${cluster.report()}\n`));
      const gateway = cluster.child("gateway-1");
      const flooded: Visitor[] = [];
      for (let n = 0; n < PLAN.sessions; n += 1) flooded.push(await newVisitor(cluster, link));
      const bystander = await newVisitor(cluster, link);
      await bystander.say("warm up");
      for (const { token } of flooded)
        for (let n = 0; n < READERS; n += 1) sockets.push(await freeze(cluster.gateways[0], link.token, token));
      await eventually(async () => expect(await openStreams(gateway)).toBe(sockets.length), { timeoutMs: 20_000 });
      const before = await residentBytes(gateway);
      let most = before;
      let slowestMs = 0;
      let flooding = true;
      const flood = Promise.all(flooded.map((visitor) => fill(visitor))).finally(() => {
        flooding = false;
      });
      while (flooding) {
        const began = performance.now();
        expect(await bystander.say("still there?")).toBe("echo(still there?)");
        slowestMs = Math.max(slowestMs, performance.now() - began);
        most = Math.max(most, await residentBytes(gateway));
      }
      await flood;
      await eventually(async () => expect(await openStreams(gateway)).toBe(0), { timeoutMs: 20_000 });
      const grownMiB = Math.round((most - before) / 1_048_576);
      const figures = { readers: sockets.length, grownMiB, slowestMs: Math.round(slowestMs) };
      process.stdout.write(`\n${JSON.stringify(figures)}\n`);
      expect(most - before).toBeLessThan(BOUND_BYTES);
      expect(slowestMs).toBeLessThan(10_000);
    },
    PLAN.deadlineMs,
  );

  const fill = async (visitor: Visitor): Promise<void> => {
    for (let n = 0; n < PLAN.turns; n += 1) await visitor.say(`flood ${n}`);
  };
});

/** Opens a stream on a bare socket and takes only what tells that it is open. */
function freeze(base: string, linkToken: string, sessionToken: string): Promise<Socket> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.on("error", reject);
    socket.once("data", () => {
      socket.pause();
      resolve(socket);
    });
    socket.write(
      `GET /api/public/events/${linkToken} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${sessionToken}\r\n\r\n`,
    );
  });
}

async function openStreams(gateway: Child): Promise<number> {
  const text = await (await fetch(`${gateway.opsUrl}/metrics`)).text();
  return Number(/^gateway_streams(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1] ?? Number.NaN);
}

async function residentBytes(gateway: Child): Promise<number> {
  const status = await readFile(`/proc/${gateway.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
}
