import { connectBus } from "@parley/bus";
import { PUBLISHERS_KEY, sessionsFollowed } from "@parley/contracts";
import { createLogger } from "@parley/observability";
import { connectRedis } from "@parley/redis";
import { eventually, startNats } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { announceFollowed } from "../src/streams/announce-followed.js";

const logger = createLogger({ service: "test", level: "silent" });
let nats: Awaited<ReturnType<typeof startNats>>;
beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats.destroy());

describe("a gateway", () => {
  it("announces a session with its first reader, and all followed sessions after a reconnect", async () => {
    const connect = (name: string) => connectBus({ url: nats.url, name, logger });
    const [gateway, publisher] = await Promise.all([connect("gateway"), connect("publisher")]);
    const redis = await connectRedis({ url: null, logger });
    const heard: string[][] = [];
    publisher.listenLive(sessionsFollowed, PUBLISHERS_KEY, ({ sessionIds }) => heard.push(sessionIds));
    await publisher.settled();
    const live = announceFollowed(redis.live, gateway);
    const leave = await Promise.all(["a", "a", "b"].map((id) => live.subscribe(id, () => undefined)));
    await eventually(() => expect(heard).toEqual([["a"], ["b"]]));
    // The other reader of `a` stays; ending one subscription twice changes nothing.
    leave[0]?.();
    leave[0]?.();
    leave[2]?.();
    await nats.kill();
    await nats.restart();
    await eventually(() => expect(heard.at(-1)).toEqual(["a"]));
    expect(heard.flat().filter((id) => id === "b")).toHaveLength(1);
    leave[1]?.();
    await Promise.all([gateway.close(), publisher.close(), redis.close()]);
  });
});
