import { FOLLOWED_EVERY_MS, FOLLOWED_FOR_MS, PUBLISHERS_KEY, sessionsFollowed } from "@parley/contracts";
import { eventually, startNats } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Bus, watchFollowed } from "../src/index.js";
import { fleet } from "./support.js";

let nats: Awaited<ReturnType<typeof startNats>>;
const { bus: newBus, close } = fleet(() => nats.url);
beforeAll(async () => {
  nats = await startNats();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await close();
});
afterAll(() => nats.destroy());

const clock = performance.now.bind(performance);
/** From now on the monotonic clock is so far ahead. */
const skip = (ms: number): void => void vi.spyOn(performance, "now").mockImplementation(() => clock() + ms);
const KNOWN = 2 * FOLLOWED_EVERY_MS + 1_000;

describe("a publisher of live entries", () => {
  it("treats every session as followed until the gateways have had time to announce theirs", async () => {
    const followed = watchFollowed(await newBus(), sessionsFollowed);
    expect(followed.has("a")).toBe(true);
    skip(KNOWN);
    expect(followed.has("a")).toBe(false);
    followed.stop();
  });

  it("knows a session as followed while announcements repeat, and notifies a turn that waits for its first reader", async () => {
    const [publisher, gateway] = await Promise.all([newBus(), newBus()]);
    const followed = watchFollowed(publisher, sessionsFollowed);
    skip(KNOWN);
    let told = 0;
    const end = followed.onFollow("a", () => told++);
    const announce = (): void => gateway.publishLive(sessionsFollowed, PUBLISHERS_KEY, { sessionIds: ["a"] });
    await eventually(() => {
      announce();
      return followed.has("a");
    });
    expect(followed.has("b")).toBe(false);
    announce();
    await gateway.settled();
    await publisher.settled();
    expect(told).toBe(1);
    skip(KNOWN + FOLLOWED_FOR_MS + 1_000);
    expect(followed.has("a")).toBe(false);
    announce();
    await eventually(() => expect(told).toBe(2));
    end();
    followed.stop();
  });

  it("receives announcements of gateways in its own process, with and without the server", async () => {
    const bus: Bus = await newBus("alone", { alone: true });
    const followed = watchFollowed(bus, sessionsFollowed);
    skip(KNOWN);
    bus.publishLive(sessionsFollowed, PUBLISHERS_KEY, { sessionIds: ["a"] });
    await eventually(() => expect(followed.has("a")).toBe(true));
    followed.stop();
  });

  it("knows nothing while the server is down and for a while after it is back", async () => {
    const bus = await newBus();
    const followed = watchFollowed(bus, sessionsFollowed);
    skip(KNOWN);
    expect(followed.has("a")).toBe(false);
    await nats.kill();
    await eventually(() => expect(followed.has("a")).toBe(true));
    let back = false;
    bus.onReconnect(() => {
      back = true;
    });
    await nats.restart();
    await eventually(() => expect(back).toBe(true));
    expect(bus.status().connected).toBe(true);
    expect(followed.has("a")).toBe(true);
    skip(2 * KNOWN + 5_000);
    expect(followed.has("a")).toBe(false);
    followed.stop();
  });
});
