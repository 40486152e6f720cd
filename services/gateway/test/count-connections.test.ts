import type { ConnectionCount } from "@parley/contracts";
import { beforeEach, expect, it } from "vitest";
import { createConnectionCounts } from "../src/streams/count-connections.js";

const LINK = "018f3a5e-7c1b-7d2e-8a4f-000000000003";
const TENANT = "018f3a5e-7c1b-7d2e-8a4f-000000000001";
const visitor = { access: { type: "visitor", tenantId: TENANT, linkId: LINK, tokenId: "t", secret: "s" } } as const;
const backend = { access: { type: "hmac", tenantId: TENANT, sessionId: "text_1" } } as const;

const sums = new Map<string, number>();
beforeEach(() => sums.clear());
const counts = createConnectionCounts({
  countConnection({ id }, more) {
    for (const [name, count] of Object.entries(more) as [ConnectionCount, number][])
      sums.set(`${id} ${name}`, (sums.get(`${id} ${name}`) ?? 0) + count);
  },
});
const counted = (): Record<string, number> =>
  Object.fromEntries([...sums].map(([key, count]) => [key.replace(`${LINK} `, ""), count]));

/** Opens a connection that has been open for so long; answers what ends it. */
function open(target: typeof visitor | typeof backend, sessionId: string, seconds: number): () => void {
  let end = (): void => undefined;
  const onClose = (fn: () => void): void => {
    end = fn;
  };
  counts.opened(target, sessionId, { openedAt: performance.now() - seconds * 1_000, onClose });
  return () => end();
}

it("a connection soon after a closed one of its session counts as resumed; a second tab does not", () => {
  const ends = [open(visitor, "text_1", 10), open(visitor, "text_1", 20), open(visitor, "text_2", 0)];
  expect(counted()).toEqual({ opened: 3 });
  for (const end of ends.slice(0, 2)) end();
  expect(counted()).toEqual({ opened: 3, closed: 2, seconds: 30 });
  open(visitor, "text_1", 0);
  open(visitor, "text_3", 0);
  expect(counted()).toEqual({ opened: 5, resumed: 1, closed: 2, seconds: 30 });
});

it("a refused connection is counted and its error rethrown; nothing is counted for a backend", () => {
  const full = (): never => {
    throw new Error("full");
  };
  expect(() => counts.admitted(visitor, full)).toThrow("full");
  expect(() => counts.admitted(backend, full)).toThrow("full");
  counts.admitted(visitor, () => undefined);
  counts.polled(visitor);
  counts.polled(backend);
  open(backend, "text_9", 5)();
  expect(counted()).toEqual({ refused: 1, polls: 1 });
});
