import { AppError, RetryableError } from "@parley/contracts";
import { describe, expect, it } from "vitest";
import { connectionOptions } from "../src/connection.js";
import { compareVersions, missingFeatures } from "../src/server-features.js";
import { keyOf, token } from "../src/subject.js";
import { STREAMS, streamConfig } from "../src/topology.js";
import { fromWire, toWire } from "../src/wire-error.js";

describe("subject tokens", () => {
  it.each(["ts_abc-9", "a.b", "*", ">", "a b", "", "=", "50%", "ü€", "a=b"])(
    "keeps the key %j and is one token",
    (key) => {
      const made = token(key);
      expect(made).toMatch(/^[A-Za-z0-9_=-]+$/);
      expect(keyOf(`turns.v1.work.run.${made}`)).toBe(key);
    },
  );

  it("gives different keys different tokens", () => {
    expect(new Set(["a.b", "a=2Eb", "a_b", "a=b", "a=3Db"].map(token)).size).toBe(5);
  });
});

describe("errors on the wire", () => {
  it("carry code, extra, errors and retry, and nothing internal", () => {
    const error = new AppError("rate_limited", {
      retryAfterSeconds: 3,
      extra: { scope: "link" },
      errors: [{ pointer: "/a", rule: "max", message: "too long" }],
      internal: "secret detail",
      cause: new Error("sql"),
    });
    const wire = JSON.stringify(toWire(error));
    expect(wire).not.toContain("secret");
    expect(wire).not.toContain("sql");
    const back = fromWire(JSON.parse(wire), "x");
    expect(back).toMatchObject({ code: "rate_limited", retryAfterSeconds: 3, extra: { scope: "link" } });
    expect(back.errors).toEqual(error.errors);
  });

  it("become internal when they are not public or not known", () => {
    expect(toWire(new TypeError("x"))).toEqual({ code: "internal" });
    expect(toWire(new RetryableError("x")).code).toBe("not_ready");
    expect(fromWire({ code: "from_the_future" }, "x").code).toBe("internal");
    expect(fromWire("rubbish", "x").code).toBe("internal");
  });
});

describe("server features", () => {
  it("names the features that an old server lacks, and none for a current one", () => {
    expect(missingFeatures("2.14.0")).toEqual([]);
    expect(missingFeatures("2.9.10")).toHaveLength(3);
    expect(missingFeatures("2.9.9")[0]).toContain("supported server");
    expect(missingFeatures("2.10.4")).toHaveLength(2);
    expect(compareVersions("2.10.23-RC.1", "2.10.23")).toBe(0);
    expect(compareVersions("2.9.10", "2.10.0")).toBeLessThan(0);
  });
});

describe("topology", () => {
  it("bounds every stream by bytes and age, refuses when full, keeps ids for ten minutes", () => {
    for (const spec of STREAMS) {
      const config = streamConfig(spec, 3);
      expect(config).toMatchObject({ discard: "new", storage: "file", num_replicas: 3 });
      expect(config.max_bytes).toBeGreaterThan(0);
      expect(config.max_age).toBeGreaterThan(0);
      expect(config.duplicate_window).toBe(600e9);
    }
  });
});

describe("connection options", () => {
  it("reads credentials, tokens, several servers and TLS from the URL", () => {
    expect(connectionOptions("nats://u:p%40ss@one:4222,nats://two:4223", "x")).toMatchObject({
      servers: ["one:4222", "two:4223"],
      user: "u",
      pass: "p@ss",
    });
    expect(connectionOptions("nats://tok@one", "x")).toMatchObject({ token: "tok" });
    expect(connectionOptions("tls://one:4222", "x").tls).toEqual({});
    expect(connectionOptions("localhost:4222", "x").servers).toEqual(["localhost:4222"]);
  });
});
