import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { readRawBody } from "../src/raw-body.js";

describe("a body that is read at once", () => {
  it("is refused when it does not arrive in time, and is read completely when it does", async () => {
    const slow = new PassThrough();
    slow.write("a");
    await expect(readRawBody(slow, { limitBytes: 100, timeoutMs: 30 })).rejects.toMatchObject({
      code: "request_timeout",
    });
    const quick = new PassThrough();
    quick.write("a");
    quick.end("b");
    expect((await readRawBody(quick, { limitBytes: 100, timeoutMs: 10_000 })).toString()).toBe("ab");
  });
});
