import { describe, expect, it } from "vitest";
import { groupCommit } from "../src/index.js";

describe("groupCommit", () => {
  it("confines a failure to the item that caused it", async () => {
    const batches: string[][] = [];
    const add = groupCommit<string, string>(
      async (items) => {
        batches.push(items);
        if (items.includes("poison")) throw new Error("refused");
        return items;
      },
      { maxItems: 10, maxBatches: 1, isItemError: () => true },
    );
    const settled = await Promise.allSettled(["first", "good", "poison", "fine"].map(add));
    expect(settled.map((result) => result.status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(batches).toEqual([["first"], ["good", "poison", "fine"], ["good"], ["poison"], ["fine"]]);
  });

  it("sends a lone item at once and groups those that arrive while a statement is running", async () => {
    const batches: number[][] = [];
    const gates: (() => void)[] = [];
    const add = groupCommit<number, number>(
      async (items) => {
        batches.push(items);
        await new Promise<void>((resolve) => gates.push(resolve));
        return items.map((item) => item * 2);
      },
      { maxItems: 3, maxBatches: 1 },
    );
    const answers = [1, 2, 3, 4, 5].map(add);
    for (let n = 0; n < 3; n += 1) {
      await expect.poll(() => gates.length).toBe(n + 1);
      gates[n]?.();
    }
    expect(await Promise.all(answers)).toEqual([2, 4, 6, 8, 10]);
    expect(batches).toEqual([[1], [2, 3, 4], [5]]);
  });

  it("starts a second statement in parallel with one that takes too long", async () => {
    const batches: string[][] = [];
    const add = groupCommit<string, string>(
      (items) => {
        batches.push(items);
        return new Promise(() => undefined);
      },
      { maxItems: 10, maxBatches: 2, maxHoldMs: 20 },
    );
    void add("stuck");
    void add("waits");
    void add("too");
    expect(batches).toEqual([["stuck"]]);
    await expect.poll(() => batches).toEqual([["stuck"], ["waits", "too"]]);
  });

  it("starts a statement beyond `maxBatches` only when another one ends", async () => {
    const batches: string[][] = [];
    const finish: (() => void)[] = [];
    const add = groupCommit<string, string>(
      (items) => {
        batches.push(items);
        return new Promise((resolve) => finish.push(() => resolve(items)));
      },
      // Without a hold every item starts its statement at once, so what has not started now is held by the limit.
      { maxItems: 10, maxBatches: 2, maxHoldMs: 0 },
    );
    const first = add("first");
    void add("second");
    void add("third");
    void add("fourth");
    expect(batches).toEqual([["first"], ["second"]]);
    finish[0]?.();
    expect(await first).toBe("first");
    await expect.poll(() => batches).toEqual([["first"], ["second"], ["third", "fourth"]]);
  });

  it("rejects one item without affecting the others, and the whole batch when the statement fails", async () => {
    const add = groupCommit<string, string>(
      async (items) => {
        if (items.includes("poison")) throw new Error("statement failed");
        return items.map((item) => (item === "bad" ? new Error("refused") : item));
      },
      { maxItems: 10, maxBatches: 1 },
    );
    const settled = await Promise.allSettled(["first", "good", "bad"].map(add));
    expect(settled.map((result) => result.status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    await expect(add("poison")).rejects.toThrow("statement failed");
    await expect(add("after")).resolves.toBe("after");
  });
});
