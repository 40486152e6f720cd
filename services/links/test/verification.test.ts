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
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf, type Harness, startHarness } from "./harness.js";

let harness: Harness;
let opened: { email: string; participantHash: string; linkId: string }[] = [];
/** What the sessions service answers instead of opening, once. */
let refusal: AppError | null = null;

beforeAll(async () => {
  harness = await startHarness([]);
  harness.bus.serve(openVerified, async ({ email, participantHash, link }) => {
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
  request(email: string, languages?: string[]): Promise<{ expiresInSeconds: number }>;
  confirm(email: string, code: string): ReturnType<typeof confirmAt>;
  /** Mails to an address, newest first. */
  mails(email: string): Promise<{ subject: string; text: string }[]>;
  /** The newest of exactly `count` codes that an address was sent. */
  codeFor(email: string, count?: number): Promise<string>;
}

const confirmAt = (tenantId: string, linkId: string, email: string, code: string) =>
  harness.bus.call(confirmVerification, { tenantId, linkId, email, code, replyTo: "test" }, { deadlineMs: 60_000 });

async function newLink(body: Record<string, unknown> = {}): Promise<Place> {
  opened = [];
  const tenant = await harness.newTenant();
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
    request: (email, languages) =>
      harness.bus.call(
        requestVerification,
        { tenantId: tenant.tenantId, linkId, email, languages },
        { deadlineMs: 20_000 },
      ),
    confirm: (email, code) => confirmAt(tenant.tenantId, linkId, email, code),
    codeFor: (email, count = 1) =>
      eventually(async () => {
        const all = await mails(email);
        return all.length === count && (/^ {4}(\d{6})$/m.exec(all[0]?.text ?? "")?.[1] ?? false);
      }),
  };
}

const ADA = "ada@example.com";
const wrongFor = (code: string): string => (code === "000000" ? "000001" : "000000");
const invalid = { status: "refused", error: "invalid_code" };
const expired = { status: "refused", error: "code_expired" };
const passTime = (place: Place, minutes: number) =>
  harness.db.tenant(place.tenant.tenantId, (trx) =>
    sql`update link_verifications set expires_at = expires_at - make_interval(mins => ${minutes}::int),
      requested_at = array(select t - make_interval(mins => ${minutes}::int) from unnest(requested_at) t)`.execute(trx),
  );

describe("a code", () => {
  it("is mailed in the agent's name, opens the conversation once, and is nowhere in the database in clear", async () => {
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

  it("is mailed in the language of the link, else of the visitor, else in English", async () => {
    const [spoken, silent] = [await newLink({ branding: { locale: "fr-CA" } }), await newLink()];
    const subjectOf = async (place: Place, email: string) => {
      await place.codeFor(email);
      return (await place.mails(email))[0]?.subject;
    };
    await spoken.request(ADA, ["de"]);
    expect(await subjectOf(spoken, ADA)).toBe("Votre code pour Desk");
    await silent.request(ADA, ["sv", "de-AT", "en"]);
    expect(await subjectOf(silent, ADA)).toBe("Ihr Code für Desk");
    await silent.request("bob@example.com", ["sv"]);
    expect(await subjectOf(silent, "bob@example.com")).toBe("Your code for Desk");
  });

  it("is bound to its address and its link", async () => {
    const place = await newLink();
    const other = await newLink();
    await place.request(ADA);
    const code = await place.codeFor(ADA);
    expect(await place.confirm("bob@example.com", code)).toEqual(invalid);
    expect(await other.confirm(ADA, code)).toEqual(invalid);
    expect(await place.confirm(ADA, code)).toMatchObject({ status: "verified" });
  });

  it("ends when a newer one is asked for", async () => {
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

  it("is given back when the conversation could not be opened", async () => {
    const place = await newLink();
    await place.request(ADA);
    const code = await place.codeFor(ADA);
    refusal = new AppError("sessions_exhausted");
    expect(await codeOf(place.confirm(ADA, code))).toBe("sessions_exhausted");
    expect(await place.confirm(ADA, code)).toMatchObject({ status: "verified" });
  });
});

describe("in parallel", () => {
  it("50 confirmations with the right code have one success", async () => {
    const place = await newLink();
    await place.request(ADA);
    const code = await place.codeFor(ADA);
    const answers = await Promise.all(Array.from({ length: 50 }, () => place.confirm(ADA, code)));
    expect(answers.filter(({ status }) => status === "verified")).toHaveLength(1);
    expect(opened).toHaveLength(1);
  }, 90_000);

  it("50 wrong codes are five tries, then the code is dead", async () => {
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

  it("ten requests are three mails; the others are told when to come back", async () => {
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
    await place.request("bob@example.com");
    await passTime(place, 10);
    await place.request(ADA);
    await place.codeFor(ADA, 4);
  });
});

describe("an address that the link does not allow", () => {
  it("gets every answer that an allowed one gets, and no mail", async () => {
    const place = await newLink({ allowed_email_domains: ["Example.com", "bücher.example"] });
    const stranger = "eve@mail.example.com";
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

describe("a link", () => {
  it("that is disabled or expired neither sends nor confirms", async () => {
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

  it("shows its owner who may confirm, and refuses what is no domain", async () => {
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
