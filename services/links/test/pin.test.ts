import { randomBytes } from "node:crypto";
import { AppError, checkPin, createLink, newId, updateLink } from "@parley/contracts";
import { sql } from "@parley/db";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf, type Harness, startHarness } from "./harness.js";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness([]);
});
afterAll(() => harness.close());

const RIGHT = "Straße 4711";
const bucket = (): string => randomBytes(8).toString("hex");

/** A link with a PIN, and what can be seen of its tries. */
async function newLink(pin: string | null = RIGHT) {
  const tenant = await harness.newTenant();
  const { tenantId } = tenant;
  const editor = { principal: tenant.as("editor"), agent: "desk" };
  const { link } = await harness.bus.call(createLink, { ...editor, body: { pin } });
  const linkId = String(link.id);
  return {
    tenantId,
    linkId,
    change: (body: Record<string, unknown>) => harness.bus.call(updateLink, { ...editor, id: linkId, body }),
    /** `ok`, the code of the refusal, or the seconds to wait. */
    async enter(given: string, from: string): Promise<string | number> {
      const call = harness.bus.call(checkPin, { tenantId, linkId, pin: given, bucket: from }, { deadlineMs: 20_000 });
      try {
        await call;
        return "ok";
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return error.code === "rate_limited" ? (error.retryAfterSeconds ?? Number.NaN) : error.code;
      }
    },
    /** As if this much time had gone by. */
    passTime: (seconds: number) =>
      harness.db.tenant(tenantId, (trx) =>
        sql`update link_pin_tries set since = since - make_interval(secs => ${seconds}::int),
          wait_until = wait_until - make_interval(secs => ${seconds}::int)`.execute(trx),
      ),
    /** Seconds from the last try to the next one that is taken. */
    async waitOf(from: string): Promise<number> {
      const { rows } = await harness.db.tenant(tenantId, (trx) =>
        sql<{ wait: number }>`select coalesce(extract(epoch from wait_until - since), 0)::float8 as wait
          from link_pin_tries where bucket = ${from}`.execute(trx),
      );
      return rows[0]?.wait ?? Number.NaN;
    },
    /** Wrong tries, the last one just now. */
    async afterWrong(from: string, count: number): Promise<void> {
      await this.enter("wrong", from);
      await harness.db.tenant(tenantId, (trx) =>
        sql`update link_pin_tries set wrong = ${count - 1} where bucket = ${from}`.execute(trx),
      );
      await this.enter("wrong", from);
    },
    async tries(from: string): Promise<number> {
      const { rows } = await harness.db.tenant(tenantId, (trx) =>
        sql<{ wrong: number }>`select wrong from link_pin_tries where bucket = ${from}`.execute(trx),
      );
      return rows[0]?.wrong ?? 0;
    },
  };
}

describe("the PIN of a link", () => {
  it("is accepted in any spelling that looks the same, and in no other", async () => {
    const link = await newLink("Café 4711");
    const from = bucket();
    expect(await link.enter("Cafe\u0301 4711", from)).toBe("ok");
    expect(await link.enter("café 4711", from)).toBe("pin_wrong");
    expect(await link.enter("Café 4711", from)).toBe("ok");
  });

  it("is bound to its link, not stored in plain text, and gone once it is removed", async () => {
    const [link, other] = [await newLink(), await newLink("another one")];
    expect(await other.enter(RIGHT, bucket())).toBe("pin_wrong");
    const { rows } = await harness.db.tenant(link.tenantId, (trx) =>
      sql<{ all: string }>`select l::text as all from temporary_chat_links l`.execute(trx),
    );
    expect(rows[0]?.all).not.toContain("4711");
    await link.change({ pin: null });
    expect(await link.enter("whatever", bucket())).toBe("ok");
  });

  it("reveals nothing about itself on an unknown, disabled or expired link", async () => {
    const link = await newLink();
    const ask = (linkId: string) =>
      codeOf(harness.bus.call(checkPin, { tenantId: link.tenantId, linkId, pin: RIGHT, bucket: bucket() }));
    await link.change({ is_active: false });
    expect([await ask(link.linkId), await ask(newId())]).toEqual(["link_unavailable", "link_unavailable"]);
  });
});

describe("wrong PINs from one address", () => {
  it("cause a wait of 2, 4, 8 … seconds from the third on, at most 15 minutes, and a right one resets it", async () => {
    const link = await newLink();
    const from = bucket();
    const waits: number[] = [];
    for (let n = 0; n < 13; n += 1) {
      expect(await link.enter("wrong", from)).toBe("pin_wrong");
      waits.push(await link.waitOf(from));
      await link.passTime(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
  });

  it("make the right one wait as well, which uses no attempt meanwhile", async () => {
    const link = await newLink();
    const from = bucket();
    await link.afterWrong(from, 12);
    const tries = await link.tries(from);
    const wait = Number(await link.enter(RIGHT, from));
    expect(wait).toBeGreaterThan(800);
    expect(wait).toBeLessThanOrEqual(900);
    expect(await link.tries(from)).toBe(tries);
    await link.passTime(wait);
    expect(await link.enter(RIGHT, from)).toBe("ok");
    expect(await link.tries(from)).toBe(0);
  });

  it("do not affect another address or another link", async () => {
    const [link, other] = [await newLink(), await newLink()];
    const from = bucket();
    await link.afterWrong(from, 12);
    expect(typeof (await link.enter(RIGHT, from))).toBe("number");
    expect([await link.enter(RIGHT, bucket()), await other.enter(RIGHT, from)]).toEqual(["ok", "ok"]);
  });

  it("count as three attempts and no more when sent in parallel to two replicas", async () => {
    const link = await newLink();
    const from = bucket();
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: 24 }, () => link.enter("wrong", from)));
    const seconds = (performance.now() - began) / 1_000;
    // On a machine that needs longer for all of them than the third one has to wait, the next may try: after 2 seconds, after 4 more …
    let most = 3;
    for (let wait = 2, over = 2; over < seconds; wait *= 2, over += wait) most += 1;
    const taken = answers.filter((answer) => answer === "pin_wrong").length;
    expect(taken).toBeGreaterThanOrEqual(3);
    expect(taken).toBeLessThanOrEqual(most);
    expect(answers.filter((answer) => typeof answer === "number")).toHaveLength(24 - taken);
    expect(await link.tries(from)).toBe(taken);
  });

  it("are forgotten after a day", async () => {
    const link = await newLink();
    const from = bucket();
    await link.afterWrong(from, 12);
    await link.passTime(86_401);
    expect(await link.enter("wrong", from)).toBe("pin_wrong");
    expect(await link.tries(from)).toBe(1);
  });
});

describe("wrong PINs from many addresses", () => {
  it("lock the PIN for everybody after 100 in 15 minutes, until those have passed", async () => {
    const link = await newLink();
    await link.enter("wrong", bucket());
    await harness.db.tenant(link.tenantId, (trx) =>
      sql`update link_pin_tries set wrong = 98 where bucket = ''`.execute(trx),
    );
    // The right ones do not count, and the last two free places are two, however many come at once.
    for (let n = 0; n < 3; n += 1) expect(await link.enter(RIGHT, bucket())).toBe("ok");
    const answers = await Promise.all(Array.from({ length: 10 }, () => link.enter("wrong", bucket())));
    expect(answers.filter((answer) => answer === "pin_wrong")).toHaveLength(2);
    const wait = Number(await link.enter(RIGHT, bucket()));
    expect(wait).toBeGreaterThan(800);
    expect(wait).toBeLessThanOrEqual(900);
    await link.passTime(wait);
    expect(await eventually(async () => (await link.enter(RIGHT, bucket())) === "ok")).toBe(true);
  });
});
