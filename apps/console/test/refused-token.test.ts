import { afterEach, describe, expect, it, vi } from "vitest";
import { createApi } from "../src/api/api.js";

afterEach(() => vi.unstubAllGlobals());

/** How often a 401 is told, when the token is `before` with the request and `after` with its answer. */
async function refusalsTold(before: string | null, after: string | null): Promise<number> {
  let token = before;
  let told = 0;
  vi.stubGlobal("fetch", async () => {
    token = after;
    return Response.json({ code: "invalid_token" }, { status: 401 });
  });
  await createApi({ token: () => token, onRefusedToken: () => (told += 1) }).agents();
  return told;
}

describe("a refused session", () => {
  it("is reported if it was active before the call and still is", async () => {
    const told = async (before: boolean, after: boolean): Promise<number> => {
      let live = before;
      let count = 0;
      vi.stubGlobal("fetch", async () => {
        live = after;
        return Response.json({ code: "invalid_token" }, { status: 401 });
      });
      await createApi({ token: () => null, hasSession: () => live, onRefusedToken: () => (count += 1) }).agents();
      return count;
    };
    expect([await told(true, true), await told(true, false), await told(false, true)]).toEqual([1, 0, 0]);
  });
});

describe("a refused token", () => {
  it("is reported for the one in use, not for a replaced or missing one", async () => {
    expect(await refusalsTold("ak_one", "ak_one")).toBe(1);
    expect(await refusalsTold("ak_one", "ak_two")).toBe(0);
    expect(await refusalsTold("ak_one", null)).toBe(0);
    // What a page still asks while somebody signs out must not tell them that the server threw them out.
    expect(await refusalsTold(null, null)).toBe(0);
  });
});
