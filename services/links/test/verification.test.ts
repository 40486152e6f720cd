import { randomBytes } from "node:crypto";
import {
  AppError,
  confirmVerification,
  createLink,
  devMail,
  newId,
  openVerified,
  requestVerification,
  updateLink,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { codeOf, type Harness, startHarness } from "./harness.js";

let harness: Harness;
let opened: { email: string; participantHash: string; linkId: string }[] = [];
/** What the sessions service answers instead of opening, once. */
let refusal: AppError | null = null;

beforeAll(async () => {
  harness = await startHarness([]);
  harness.bus.serve(openVerified, async ({ email = "", participantHash, link }) => {
    if (refusal !== null) {
      const error = refusal;
      refusal = null;
      throw error;
    }
    opened.push({ email, participantHash, linkId: link.id });
    const sessionToken = harness.deps.secrets.issue("session").token;
    const tokenExpiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const conversationId = newId();
    return {
      sessionId: "text_x",
      conversationId,
      sessionToken,
      tokenExpiresAt,
      expiresAt: null,
      remainingMessages: null,
      createdAt: new Date().toISOString(),
      reused: false,
      turn: { status: "pending" as const, turn_id: `${conversationId}.1`, seq: 1 },
    };
  });
});
afterAll(() => harness.close());

type Tenant = Awaited<ReturnType<Harness["newTenant"]>>;
interface Place {
  tenant: Tenant;
  linkId: string;
  request(email: string, languages?: string[], asked?: Asked): Promise<{ expiresInSeconds: number }>;
  confirm(email: string, code: string, requestId?: string): ReturnType<typeof confirmAt>;
  /** Mails to an address, newest first. */
  mails(email: string): Promise<{ subject: string; text: string }[]>;
  /** The newest of exactly `count` codes that an address was sent. */
  codeFor(email: string, count?: number): Promise<string>;
}

interface Asked {
  requestId?: string;
  idempotencyKey?: string;
}

const confirmAt = (tenantId: string, linkId: string, email: string, code: string, requestId?: string) =>
  harness.bus.call(
    confirmVerification,
    { tenantId, linkId, email, code, requestId, replyTo: "test" },
    { deadlineMs: 60_000 },
  );

async function newLink(body: Record<string, unknown> = {}, of?: Tenant): Promise<Place> {
  opened = [];
  const tenant = of ?? (await harness.newTenant());
  const { link } = await harness.bus.call(createLink, {
    principal: tenant.as("editor"),
    agent: "desk",
    body: { require_email: true, ...body },
  });
  const linkId = String(link.id);
  const mails = async (email: string) =>
    (await harness.bus.call(devMail, { principal: tenant.as("admin"), limit: 200 })).data.filter(
      ({ to }) => to === email,
    );
  return {
    tenant,
    linkId,
    mails,
    request: (email, languages, asked = {}) =>
      harness.bus.call(
        requestVerification,
        { tenantId: tenant.tenantId, linkId, email, languages, ...asked },
        { deadlineMs: 20_000 },
      ),
    confirm: (email, code, requestId) => confirmAt(tenant.tenantId, linkId, email, code, requestId),
    codeFor: (email, count = 1) =>
      eventually(async () => {
        const all = await mails(email);
        return all.length === count && (/^ {4}(\d{6})$/m.exec(all[0]?.text ?? "")?.[1] ?? false);
      }),
  };
}

/** Addresses are counted over all links of the server: each test has its own. */
let ADA = "ada@example.com";
beforeEach(() => {
  ADA = `ada.${newId()}@example.com`;
});
const wrongFor = (code: string): string => (code === "000000" ? "000001" : "000000");
const invalid = { status: "refused", error: "invalid_code" };
const expired = { status: "refused", error: "code_expired" };
const passTime = (place: Place, minutes: number) =>
  harness.db.tenant(place.tenant.tenantId, (trx) =>
    sql`update link_verifications set expires_at = expires_at - make_interval(mins => ${minutes}::int),
      created_at = created_at - make_interval(mins => ${minutes}::int)`.execute(trx),
  );

describe("a verification code", () => {
  it("is mailed in the agent's name, opens the conversation once, and is not stored in plain text", async () => {
    const place = await newLink();
    expect(await place.request(ADA)).toEqual({ expiresInSeconds: 600 });
    const code = await place.codeFor(ADA);
    expect((await place.mails(ADA))[0]).toMatchObject({ subject: "Your code for Desk" });
    const { rows } = await harness.db.tenant(place.tenant.tenantId, (trx) =>
      sql<Record<string, unknown>>`select address_hash, code_hash, salt, tries from link_verifications`.execute(trx),
    );
    expect(JSON.stringify(rows)).not.toContain(ADA);
    expect(rows[0]).toMatchObject({ tries: 0, code_hash: expect.objectContaining({ length: 32 }) });
    expect(await place.confirm(ADA, code)).toMatchObject({
      status: "verified",
      sessionToken: expect.stringMatching(/^ps_/),
    });
    expect(opened).toEqual([{ email: ADA, participantHash: rows[0]?.address_hash, linkId: place.linkId }]);
    expect(await place.confirm(ADA, code)).toEqual(invalid);
  });

  it("is mailed in the language of the link, otherwise of the visitor, otherwise in English", async () => {
    const [spoken, silent] = [await newLink({ branding: { locale: "fr-CA" } }), await newLink()];
    const subjectOf = async (place: Place, email: string) => {
      await place.codeFor(email);
      return (await place.mails(email))[0]?.subject;
    };
    await spoken.request(ADA, ["de"]);
    expect(await subjectOf(spoken, ADA)).toBe("Votre code pour Desk");
    await silent.request(ADA, ["sv", "de-AT", "en"]);
    expect(await subjectOf(silent, ADA)).toBe("Ihr Code für Desk");
    const bob = `bob.${newId()}@example.com`;
    await silent.request(bob, ["sv"]);
    expect(await subjectOf(silent, bob)).toBe("Your code for Desk");
  });

  it("is bound to its address and its link", async () => {
    const place = await newLink();
    const other = await newLink();
    await place.request(ADA);
    const code = await place.codeFor(ADA);
    expect(await place.confirm(`bob.${ADA}`, code)).toEqual(invalid);
    expect(await other.confirm(ADA, code)).toEqual(invalid);
    expect(await place.confirm(ADA, code)).toMatchObject({ status: "verified" });
  });

  it("becomes invalid when a newer one is requested", async () => {
    const place = await newLink();
    await place.request(ADA);
    const older = await place.codeFor(ADA);
    await place.request(ADA);
    const newer = await eventually(async () => {
      const code = await place.codeFor(ADA, 2);
      return code;
    });
    if (newer !== older) expect(await place.confirm(ADA, older)).toEqual(invalid);
    expect(await place.confirm(ADA, newer)).toMatchObject({ status: "verified" });
  });

  it("expires after ten minutes of the database's clock", async () => {
    const place = await newLink();
    await place.request(ADA);
    const code = await place.codeFor(ADA);
    await passTime(place, 10);
    expect(await place.confirm(ADA, code)).toEqual(expired);
  });

  it("stays valid when the conversation could not be opened", async () => {
    const place = await newLink();
    await place.request(ADA);
    const code = await place.codeFor(ADA);
    refusal = new AppError("sessions_exhausted");
    expect(await codeOf(place.confirm(ADA, code))).toBe("sessions_exhausted");
    expect(await place.confirm(ADA, code)).toMatchObject({ status: "verified" });
  });
});

describe("concurrent verification", () => {
  it("has one success in 50 confirmations with the right code", async () => {
    const place = await newLink();
    await place.request(ADA);
    const code = await place.codeFor(ADA);
    const answers = await Promise.all(Array.from({ length: 50 }, () => place.confirm(ADA, code)));
    expect(answers.filter(({ status }) => status === "verified")).toHaveLength(1);
    expect(opened).toHaveLength(1);
  }, 90_000);

  it("counts 50 wrong codes as five attempts, after which the code is dead", async () => {
    const place = await newLink();
    await place.request(ADA);
    const code = await place.codeFor(ADA);
    const answers = await Promise.all(Array.from({ length: 50 }, () => place.confirm(ADA, wrongFor(code))));
    const count = (error: string) => answers.filter((answer) => "error" in answer && answer.error === error).length;
    expect([count("invalid_code"), count("code_expired")]).toEqual([5, 45]);
    const { rows } = await harness.db.tenant(place.tenant.tenantId, (trx) =>
      sql<{ tries: number }>`select tries from link_verifications`.execute(trx),
    );
    expect(rows).toEqual([{ tries: 5 }]);
    expect(await place.confirm(ADA, code)).toEqual(expired);
    expect(opened).toEqual([]);
  }, 90_000);

  it("sends three mails for ten requests, and tells the others when to retry", async () => {
    const place = await newLink();
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => place.request(ADA)));
    const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    expect(refused).toHaveLength(7);
    for (const error of refused) {
      expect(error).toMatchObject({ code: "rate_limited" });
      expect(error.retryAfterSeconds).toBeGreaterThan(590);
      expect(error.retryAfterSeconds).toBeLessThanOrEqual(600);
    }
    await place.codeFor(ADA, 3);
    await place.request(`bob.${ADA}`);
    await passTime(place, 10);
    await place.request(ADA);
    await place.codeFor(ADA, 4);
  });
});

describe("an address that the link does not allow", () => {
  it("gets the same answers as an allowed one, but no mail", async () => {
    const place = await newLink({ allowed_email_domains: ["Example.com", "bücher.example"] });
    const stranger = `eve.${newId()}@mail.example.com`;
    for (let n = 0; n < 3; n += 1) expect(await place.request(stranger)).toEqual({ expiresInSeconds: 600 });
    expect(await codeOf(place.request(stranger))).toBe("rate_limited");
    for (let n = 0; n < 5; n += 1) expect(await place.confirm(stranger, "123456")).toEqual(invalid);
    expect(await place.confirm(stranger, "123456")).toEqual(expired);
    await place.request(ADA);
    await place.request("ada@xn--bcher-kva.example");
    await place.codeFor(ADA);
    await place.codeFor("ada@xn--bcher-kva.example");
    expect(await place.mails(stranger)).toEqual([]);
  });
});

describe("a verification code of one browser", () => {
  it("does not work in another one, which can neither replace it nor use up its attempts", async () => {
    const place = await newLink();
    const [mine, strange] = [{ requestId: "m".repeat(22) }, { requestId: "s".repeat(22) }];
    await place.request(ADA, [], mine);
    const code = await place.codeFor(ADA);
    await place.request(ADA, [], strange);
    await place.codeFor(ADA, 2);
    expect(await place.confirm(ADA, code, "never-asked-for-anything")).toEqual(invalid);
    expect(await place.confirm(ADA, code)).toEqual(invalid);
    for (let n = 0; n < 5; n += 1) expect(await place.confirm(ADA, wrongFor(code), strange.requestId)).toEqual(invalid);
    expect(await place.confirm(ADA, code, strange.requestId)).toEqual(expired);
    expect(await place.confirm(ADA, code, mine.requestId)).toMatchObject({ status: "verified" });
    expect(opened).toHaveLength(1);
  });

  it("is mailed once however often the request is repeated under its key, and twice under two keys", async () => {
    const place = await newLink();
    const asked = { requestId: "m".repeat(22), idempotencyKey: "once" };
    const first = await place.request(ADA, [], asked);
    const code = await place.codeFor(ADA);
    const repeats = await Promise.all(Array.from({ length: 6 }, () => place.request(ADA, [], asked)));
    expect(first).toEqual({ expiresInSeconds: 600 });
    for (const repeat of repeats) {
      expect(repeat).toMatchObject({ replayed: true });
      expect(repeat.expiresInSeconds).toBeGreaterThan(570);
    }
    await place.request(ADA, [], { ...asked, idempotencyKey: "twice" });
    const newer = await place.codeFor(ADA, 2);
    if (newer !== code) expect(await place.confirm(ADA, code, asked.requestId)).toEqual(invalid);
    expect(await place.confirm(ADA, newer, asked.requestId)).toMatchObject({ status: "verified" });
  });
});

describe("an email address", () => {
  const later = (places: Place[], minutes: number) => Promise.all(places.map((place) => passTime(place, minutes)));
  const outcomeOf = (work: Promise<unknown>) =>
    work.then(
      () => "mailed",
      (error: AppError) => `${error.code} ${error.extra?.scope}`,
    );

  it("gets five mails an hour and twenty a day, across all links and tenants", async () => {
    const places = await Promise.all([newLink(), newLink(), newLink()]);
    const ask = (n: number) => places[n % 3]?.request(ADA, [], { requestId: `browser-${n}-`.padEnd(22, "x") });
    let mailed = 0;
    const seen: string[] = [];
    for (let hour = 0; hour < 5; hour += 1) {
      for (const n of [0, 1, 2, 3, 4, 5]) {
        const outcome = await outcomeOf(ask(mailed + n) ?? Promise.reject(new Error("no place")));
        seen.push(outcome);
        if (outcome === "mailed") mailed += 1;
        await later(places, n === 5 ? 10 : 5);
      }
      await later(places, 25);
    }
    expect(mailed).toBe(20);
    expect(new Set(seen)).toEqual(new Set(["mailed", "rate_limited email"]));
    expect(seen.slice(0, 6)).toEqual([...Array(5).fill("mailed"), "rate_limited email"]);
    const refusal = await ask(99)?.catch((error: AppError) => error);
    expect(refusal).toMatchObject({ retryAfterSeconds: expect.any(Number) });
    const seconds = refusal instanceof AppError ? (refusal.retryAfterSeconds ?? 0) : 0;
    await later(places, Math.ceil(seconds / 60));
    expect(await outcomeOf(ask(100) ?? Promise.reject(new Error("no place")))).toBe("mailed");
  }, 120_000);

  it("allows at most twenty guesses a day over all links, and a mailed code keeps its five attempts", async () => {
    const places = await Promise.all([newLink(), newLink()]);
    const [first, second] = places;
    if (first === undefined || second === undefined) throw new Error("no link");
    let compared = 0;
    let refused = 0;
    const guess = async (place: Place, requestId: string) => {
      for (let n = 0; n < 7; n += 1) {
        const { rows } = await harness.db.tenant(place.tenant.tenantId, (trx) =>
          sql<{ tries: number }>`select coalesce(sum(tries), 0)::int as tries from link_verifications`.execute(trx),
        );
        const before = rows[0]?.tries ?? 0;
        await place.confirm(ADA, "not-a-code", requestId);
        const after = await harness.db.tenant(place.tenant.tenantId, (trx) =>
          sql<{ tries: number }>`select coalesce(sum(tries), 0)::int as tries from link_verifications`.execute(trx),
        );
        compared += (after.rows[0]?.tries ?? 0) - before;
      }
    };
    for (let n = 0; n < 6; n += 1) {
      const place = n % 2 === 0 ? first : second;
      const requestId = `guesser-${n}-`.padEnd(22, "x");
      if ((await outcomeOf(place.request(ADA, [], { requestId }))) === "mailed") await guess(place, requestId);
      else refused += 1;
      await later(places, 30);
    }
    expect([compared, refused]).toEqual([20, 2]);
  }, 120_000);
});

describe("a link", () => {
  it("that requires no address gives the same answers and mails nothing", async () => {
    const place = await newLink({ require_email: false });
    expect(await place.request(ADA)).toEqual({ expiresInSeconds: 600 });
    expect(await place.confirm(ADA, "123456")).toEqual(invalid);
    const { rows } = await harness.db.tenant(place.tenant.tenantId, (trx) =>
      sql`select from link_verifications`.execute(trx),
    );
    expect([rows, await place.mails(ADA)]).toEqual([[], []]);
  });

  it("has an hourly budget of mails and its tenant a daily one, beyond which every address waits alike", async () => {
    const { CODES_PER_LINK_HOUR, CODES_PER_TENANT_DAY } = harness.deps.config;
    Object.assign(harness.deps.config, { CODES_PER_LINK_HOUR: 3, CODES_PER_TENANT_DAY: 5 });
    try {
      const one = await newLink({ allowed_email_domains: ["example.com"] });
      const two = await newLink({}, one.tenant);
      const outcome = (place: Place, domain = "example.com") =>
        place.request(`n.${newId()}@${domain}`).then(
          () => "mailed",
          (error: AppError) => `${error.code} ${error.extra?.scope} ${(error.retryAfterSeconds ?? 0) > 3_500}`,
        );
      for (let n = 0; n < 5; n += 1) expect(await outcome(one, "other.example")).toBe("mailed");
      for (let n = 0; n < 3; n += 1) expect(await outcome(one)).toBe("mailed");
      expect(await outcome(one)).toBe("rate_limited link true");
      expect(await outcome(one, "other.example")).toBe("rate_limited link true");
      expect([await outcome(two), await outcome(two)]).toEqual(["mailed", "mailed"]);
      expect(await outcome(two)).toBe("rate_limited tenant true");
    } finally {
      Object.assign(harness.deps.config, { CODES_PER_LINK_HOUR, CODES_PER_TENANT_DAY });
    }
  });

  it("that is disabled or expired neither sends nor confirms codes", async () => {
    const place = await newLink();
    await place.request(ADA);
    const code = await place.codeFor(ADA);
    const change = (body: Record<string, unknown>) =>
      harness.bus.call(updateLink, {
        principal: place.tenant.as("editor"),
        agent: "desk",
        id: place.linkId,
        body,
      });
    await change({ is_active: false });
    expect(await codeOf(place.request(ADA))).toBe("link_unavailable");
    expect(await codeOf(place.confirm(ADA, code))).toBe("link_unavailable");
    await change({ is_active: true });
    expect(await place.confirm(ADA, code)).toMatchObject({ status: "verified" });
  });

  it("shows its owner who may confirm, and refuses invalid domains", async () => {
    const tenant = await harness.newTenant();
    const create = (allowed_email_domains: string[]) =>
      harness.bus.call(createLink, {
        principal: tenant.as("editor"),
        agent: "desk",
        body: { require_email: true, allowed_email_domains },
      });
    expect((await create(["example.com"])).link).toMatchObject({
      require_email: true,
      allowed_email_domains: ["example.com"],
    });
    for (const wrong of ["nobody@example.com", "localhost", "a b.example", "127.0.0.1", ""])
      expect(await codeOf(create([wrong])), wrong).toBe("validation_failed");
  });
});

describe("the development mailbox", () => {
  it("belongs to one tenant, needs an admin, and keeps the newest 200", async () => {
    const [place, other] = [await newLink(), await newLink()];
    await place.request(ADA);
    await place.codeFor(ADA);
    expect(await other.mails(ADA)).toEqual([]);
    const read = (principal: ReturnType<Tenant["as"]>) => harness.bus.call(devMail, { principal, limit: 200 });
    expect(await codeOf(read(place.tenant.as("editor")))).toBe("forbidden");
    const { tenantId } = place.tenant;
    const mark = randomBytes(4).toString("hex");
    await harness.db.query(
      "select keep_dev_mail($1, 'x@example.com', $2 || n, 'text') from generate_series(1, 205) n",
      [tenantId, mark],
    );
    const { data } = await read(place.tenant.as("admin"));
    expect([data.length, data[0]?.subject, data.at(-1)?.subject]).toEqual([200, `${mark}205`, `${mark}6`]);
  });
});
