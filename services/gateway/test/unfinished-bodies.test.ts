import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { setTimeout as after } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AGENT, TENANT } from "./fake-owners.js";
import { startWorld, type World } from "./gateway-under-test.js";

let world: World;
beforeAll(async () => {
  world = await startWorld({ TRUSTED_PROXIES: "127.0.0.1" });
});
afterAll(() => world.stop());

const BODIES = 2_050;

/** Holds requests whose body never ends, and opens two hundred a second again when the server gives them up. */
function holdBodies(addresses: string[]): { open(): number; renewed(): number; end(): void } {
  const port = Number(new URL(world.url).port);
  const sockets = new Set<Socket>();
  let opened = 0;
  const open = (): void => {
    const from = addresses[opened % addresses.length];
    opened += 1;
    const socket = connect(port, "127.0.0.1");
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    const headers = `host: x\r\nx-forwarded-for: ${from}\r\ncontent-type: application/json\r\ncontent-length: 100`;
    socket.write(`POST /api/chat/sessions HTTP/1.1\r\n${headers}\r\n\r\n{`);
    socket.resume();
  };
  while (opened < BODIES) open();
  const renewing = setInterval(() => {
    for (let n = 0; n < 10 && sockets.size < BODIES; n += 1) open();
  }, 50);
  return {
    open: () => sockets.size,
    renewed: () => opened - BODIES,
    end() {
      clearInterval(renewing);
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** What everybody else does, the neighbours of those addresses among them. */
async function everythingElse(from: string, n: number): Promise<number[]> {
  const headers = { "x-forwarded-for": from, "content-type": "application/json" };
  const { token } = world.owners.link();
  const get = async (path: string): Promise<number> => (await fetch(world.url + path, { headers })).status;
  const send = await fetch(`${world.url}/api/public/chat/${token}`, {
    method: "POST",
    headers,
    body: JSON.stringify({ message: `hello ${n}` }),
  });
  const created = await world.signed(
    "POST",
    "/api/chat/sessions",
    { tenant_id: TENANT, agent_id: AGENT, metadata: { of: randomUUID() } },
    { headers },
  );
  const answers = [await get("/healthz"), await get("/readyz"), await get(`/api/public/link/${token}`), send.status];
  return [...answers, created.status];
}

describe("request bodies that never end", () => {
  it.each([
    ["one address", 1, 11_000],
    ["nine addresses", 9, 5_000],
  ])(
    "from %s, held open and renewed, keep nobody else from being served",
    { timeout: 240_000 },
    async (_name, count, forMs) => {
      const addresses = Array.from({ length: count }, (_, n) => `203.0.113.${n + 1}`);
      const attack = holdBodies(addresses);
      try {
        await expect.poll(attack.open, { timeout: 10_000 }).toBeGreaterThan(200);
        const until = performance.now() + forMs;
        // A busy machine needs longer until the server has met them all and given hundreds of them up.
        for (let n = 0; performance.now() < until || attack.renewed() <= 200; n += 1) {
          for (const from of ["198.51.100.7", "203.0.113.1"])
            expect([from, await everythingElse(from, n)]).toEqual([from, [200, 200, 200, 200, 201]]);
          await after(50);
        }
      } finally {
        attack.end();
      }
    },
  );
});
