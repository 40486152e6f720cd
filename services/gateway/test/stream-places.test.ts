import { AppError } from "@parley/contracts";
import { describe, expect, it } from "vitest";
import { createStreamPlaces, type Placed } from "../src/streams/stream-places.js";

const LIMITS = { maxStreams: 10, maxStreamsPerSession: 2, maxStreamsPerAddress: 3, maxStreamsPerLink: 4 };

class Reader implements Placed {
  gone = false;
  leave: () => void = () => undefined;
  constructor(
    readonly sessionId: string,
    readonly bucket: string | undefined,
    readonly linkId: string | null,
    public age = 0,
  ) {}
  ageMs(): number {
    return this.age;
  }
  evict(): void {
    this.gone = true;
    this.leave();
  }
}

function start() {
  const places = createStreamPlaces<Reader>(LIMITS);
  const enter = (sessionId: string, bucket?: string, linkId: string | null = null, age = 0): Reader => {
    places.admit(sessionId, bucket, linkId);
    const reader = new Reader(sessionId, bucket, linkId, age);
    reader.leave = places.take(reader);
    return reader;
  };
  const refusal = (...place: Parameters<typeof places.admit>): AppError | null => {
    try {
      places.admit(...place);
      return null;
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
  };
  return { places, enter, refusal };
}

describe("the limits of open streams", () => {
  it("bound session, address, link and gateway, each with its own error and retry time", () => {
    const { enter, refusal } = start();
    for (const [session, bucket] of [
      ["s1", "a"],
      ["s1", "a"],
      ["s2", "a"],
      ["s2", "b"],
    ] as const)
      enter(session, bucket, "link");
    const refused = [refusal("s1", "c", "other"), refusal("s3", "a", "other"), refusal("s3", "c", "link")];
    for (let n = 4; n < LIMITS.maxStreams; n += 1) enter(`own ${n}`);
    refused.push(refusal("s9"));
    expect(refused).toMatchObject([
      { code: "too_many_streams", extra: { scope: "session" } },
      { code: "too_many_streams", extra: { scope: "address" } },
      { code: "too_many_streams", extra: { scope: "link" } },
      { code: "overloaded" },
    ]);
    for (const error of refused) expect(error?.retryAfterSeconds).toBeGreaterThanOrEqual(1);
  });

  it("count exactly through any order of arrivals and departures, even when a departure is reported twice", () => {
    const { places, enter, refusal } = start();
    for (let round = 0; round < 50; round += 1) {
      const [first, second] = [enter("s", "a", "link"), enter("s", "a", "link")];
      expect(refusal("s", "a", "link")).not.toBeNull();
      for (const reader of round % 2 === 0 ? [first, second, first] : [second, second, first]) reader.leave();
      expect([places.size, places.sessions.size]).toEqual([0, 0]);
    }
    expect(refusal("s", "a", "link")).toBeNull();
  });

  it("give away a reader's place within its session or address after a minute, and say how long that takes", () => {
    const { places, enter, refusal } = start();
    const oldest = enter("s", "a", null, 45_500);
    enter("s", "b", null, 10_000);
    expect(refusal("s", "c")).toMatchObject({ retryAfterSeconds: 15 });
    oldest.age = 60_000;
    expect(refusal("s", "c")).toBeNull();
    expect([oldest.gone, places.size]).toEqual([true, 1]);
    const others = ["t1", "t2", "t3"].map((session) => enter(session, "x", null, 61_000));
    expect(refusal("t4", "x")).toBeNull();
    expect(others.map(({ gone }) => gone)).toEqual([true, false, false]);
  });

  it("never make room on a link or a full gateway by disconnecting other people", () => {
    const { enter, refusal } = start();
    const readers = [1, 2, 3, 4].map((n) => enter(`s${n}`, `a${n}`, "link", 3_600_000));
    expect(refusal("s5", "a5", "link")).not.toBeNull();
    for (let n = 4; n < LIMITS.maxStreams; n += 1) readers.push(enter(`own ${n}`, undefined, null, 3_600_000));
    expect(refusal("s6")).not.toBeNull();
    expect(readers.every(({ gone }) => !gone)).toBe(true);
  });
});
