import { AppError, newId } from "@parley/contracts";
import { createLogger } from "@parley/observability";
import { createSecrets } from "@parley/secrets";
import { type FreshDatabase, freshDatabase } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { beginLong, connectDb, type Db, type NamedRequest, once, onceHeld, recall, sql } from "../src/index.js";

const secrets = createSecrets("a master key for the tests of keys, long enough");
let database: FreshDatabase;
let db: Db;
beforeAll(async () => {
  database = await freshDatabase();
  db = connectDb({
    url: database.url,
    name: "idempotency-test",
    logger: createLogger({ service: "t", level: "silent" }),
  });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const named = (repeatable: NamedRequest["repeatable"], more: Partial<NamedRequest> = {}): NamedRequest => ({
  ...{ tenantId: newId(), scope: "test.make", repeatable },
  ...more,
});
const key = (name: string, fingerprint = "f") => ({ idempotency: { key: name, fingerprint } });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

/** Does numbered work: each time it is really done the number is another one. */
function counted() {
  const made: number[] = [];
  const run = (request: NamedRequest, work: () => Promise<void> = async () => undefined) =>
    db.tenant(request.tenantId, async (trx) => {
      const { answer } = await once<{ n: number }>(trx, request, async () => {
        made.push(made.length + 1);
        await work();
        return { answer: { n: made.length }, facts: [] };
      });
      return answer;
    });
  return { made, run };
}

describe("a request with a name", () => {
  it("is processed once, and all repeats get the first answer, even while it is running", async () => {
    const { made, run } = counted();
    const request = named(key("k"));
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => run(request)));
    expect(made).toEqual([1]);
    expect(answers.filter(({ replayed }) => !replayed)).toEqual([{ n: 1, replayed: false }]);
    expect(await run(request)).toEqual({ n: 1, replayed: true });
    expect(await recall(db, request)).toEqual({ n: 1, replayed: true });
  });

  it("releases its name when its work fails, so that a waiting repeat does it", async () => {
    const { made, run } = counted();
    const request = named(key("k"));
    let fail: (error: Error) => void = () => undefined;
    const failing = codeOf(run(request, () => new Promise((_, reject) => (fail = reject))));
    await expect.poll(() => made).toHaveLength(1);
    const waiting = run(request);
    fail(new AppError("conflict"));
    expect([await failing, await waiting]).toEqual(["conflict", { n: 2, replayed: false }]);
  });

  it("is distinct in another tenant or scope, and refused with another fingerprint", async () => {
    const { made, run } = counted();
    const request = named(key("k"));
    await run(request);
    await run(named(key("k")));
    await run({ ...request, scope: "test.other" });
    expect(made).toEqual([1, 2, 3]);
    expect(await codeOf(run({ ...request, repeatable: key("k", "g") }))).toBe("idempotency_key_reused");
    expect(await codeOf(recall(db, { ...request, repeatable: key("k", "g") }))).toBe("idempotency_key_reused");
    expect(made).toEqual([1, 2, 3]);
  });

  it("is recognised by its signature under any key, and by that key from then on", async () => {
    const { made, run } = counted();
    const request = named({ ...key("first"), signature: "s" });
    const later = (repeatable: NamedRequest["repeatable"]) => run({ ...request, repeatable });
    await run(request);
    expect(await later({ ...key("second"), signature: "s" })).toEqual({ n: 1, replayed: true });
    expect(await later({ signature: "s" })).toEqual({ n: 1, replayed: true });
    expect(await later({ ...key("first"), signature: "of a retry" })).toEqual({ n: 1, replayed: true });
    expect(await later(key("second"))).toEqual({ n: 1, replayed: true });
    expect(made).toEqual([1]);
    expect(await later({ signature: "other" })).toEqual({ n: 2, replayed: false });
  });

  it("is processed normally when it has no name", async () => {
    const { made, run } = counted();
    const request = named({});
    await run(request);
    await run(request);
    expect(made).toEqual([1, 2]);
    expect(await recall(db, request)).toBeNull();
  });

  it("stores its answer sealed and bound to its key", async () => {
    const request = named(key("k"), { sealing: secrets });
    await db.tenant(request.tenantId, (trx) =>
      once(trx, request, async () => ({ answer: { secret: "swordfish" }, facts: [] })),
    );
    const stored = await db.tenant(request.tenantId, (trx) =>
      sql<{ text: string }>`select response::text as text from idempotency_keys`.execute(trx),
    );
    expect(stored.rows).toHaveLength(1);
    expect(stored.rows[0]?.text).not.toContain("swordfish");
    expect(await recall(db, request)).toMatchObject({ secret: "swordfish" });
    await db.tenant(request.tenantId, (trx) => sql`update idempotency_keys set key = 'moved'`.execute(trx));
    expect(await codeOf(recall(db, { ...request, repeatable: key("moved") }))).toBe("internal");
  });
});

describe("a request of many transactions", () => {
  it("continues where the previous one broke off, and ends with one answer for all", async () => {
    const { made, run } = counted();
    const request = named({ ...key("k"), signature: "s" });
    const broken = await beginLong<{ all: number[] }>(db, request);
    expect([broken.begun, broken.known]).toEqual([false, null]);
    await run(broken.part("0"));
    const next = await beginLong<{ all: number[] }>(db, { ...request, repeatable: key("k") });
    expect([next.begun, next.known]).toEqual([true, null]);
    const parts = [await run(next.part("0")), await run(next.part("1"))];
    expect(parts).toEqual([
      { n: 1, replayed: true },
      { n: 2, replayed: false },
    ]);
    expect(await next.finish({ all: [1, 2] })).toEqual({ all: [1, 2] });
    expect(await broken.finish({ all: [9] })).toEqual({ all: [1, 2] });
    expect((await beginLong(db, request)).known).toEqual({ all: [1, 2] });
    expect(made).toEqual([1, 2]);
    expect(await codeOf(beginLong(db, { ...request, repeatable: key("k", "g") }))).toBe("idempotency_key_reused");
  });

  it("is found by its signature under any key, and processes its parts under the first one", async () => {
    const { made, run } = counted();
    const request = named({ ...key("first"), signature: "s" });
    await run((await beginLong(db, request)).part("0"));
    for (const repeatable of [{ ...key("second"), signature: "s" }, { signature: "s" }, key("first")]) {
      const captured = await beginLong(db, { ...request, repeatable });
      expect(captured.begun).toBe(true);
      expect(await run(captured.part("0"))).toEqual({ n: 1, replayed: true });
    }
    expect(made).toEqual([1]);
  });
});

describe("a request whose names are held during its work", () => {
  it("is processed by another call once its holder counts as dead, and all later calls get that answer", async () => {
    const request = named({ ...key("k"), signature: "s" });
    const held = (holdMs: number, work: () => Promise<{ text: string }>) =>
      onceHeld(db, request, { holdMs, waitMs: 0, signal: AbortSignal.timeout(60_000) }, work);
    await new Promise<void>((begun) => {
      void held(60_000, () => {
        begun();
        return new Promise(() => undefined);
      });
    });
    const answering = (text: string) => async () => ({ text });
    expect(await codeOf(held(60_000, answering("too early")))).toBe("idempotency_in_progress");
    expect(await held(0, answering("in its place"))).toEqual({ text: "in its place", replayed: false });
    expect(await held(0, answering("again"))).toEqual({ text: "in its place", replayed: true });
  });
});
