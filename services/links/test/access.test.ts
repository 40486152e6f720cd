import {
  AppError,
  accessPolicyChanged,
  accessRequested,
  confirmVerification,
  createLink,
  decideAccessRequest,
  devMail,
  getAccessPolicy,
  linkRevoked,
  listAccessRequests,
  newId,
  openVerified,
  requestVerification,
  resolveLink,
  setAccessPolicy,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { consentHash, parseToken } from "@parley/secrets";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { codeOf, type Harness, startHarness } from "./harness.js";

let harness: Harness;
const opened: string[] = [];
beforeAll(async () => {
  harness = await startHarness([accessPolicyChanged, accessRequested, linkRevoked]);
  harness.bus.serve(openVerified, async ({ email = "" }) => {
    opened.push(email);
    const conversationId = newId();
    return {
      sessionId: "text_x",
      conversationId,
      sessionToken: harness.deps.secrets.issue("session").token,
      tokenExpiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      expiresAt: null,
      remainingMessages: null,
      createdAt: new Date().toISOString(),
      reused: false,
      turn: { status: "pending" as const, turn_id: `${conversationId}.1`, seq: 1 },
    };
  });
});
afterAll(() => harness.close());

const LONG = { deadlineMs: 20_000 };
/** Addresses are counted over all links of the server: each test has its own. */
let [ADA, BOB, EVE] = ["", "", ""];
beforeEach(() => {
  const mark = newId();
  [ADA, BOB, EVE] = [`ada.${mark}@example.com`, `bob.${mark}@example.com`, `eve.${mark}@other.example`];
});

/** An agent with one link, and everything an owner and a visitor do with them. */
async function newPlace(linkBody: Record<string, unknown> = {}) {
  const tenant = await harness.newTenant();
  const { tenantId, agentId } = tenant;
  const editor = { principal: tenant.as("editor"), agent: "desk" };
  const create = () => harness.bus.call(createLink, { ...editor, body: linkBody });
  const { link, token } = await create();
  const linkId = String(link.id);
  const parsed = parseToken("link", token);
  if (parsed === null) throw new Error("a link without a token");
  const mails = async (email: string) => {
    const { data } = await harness.bus.call(devMail, { principal: tenant.as("admin"), limit: 200 });
    return data.filter(({ to }) => to === email);
  };
  const isCode = ({ text }: { text: string }): boolean => /^ {4}\d{6}$/m.test(text);
  return {
    tenant,
    tenantId,
    agentId,
    linkId,
    mails,
    create,
    resolve: () => harness.bus.call(resolveLink, parsed),
    get: (principal = editor.principal) => harness.bus.call(getAccessPolicy, { ...editor, principal }),
    set: (body: Record<string, unknown>, principal = editor.principal, languages?: string[]) =>
      harness.bus.call(setAccessPolicy, { ...editor, principal, body, languages }),
    requests: async (status?: "pending" | "approved" | "denied") =>
      (await harness.bus.call(listAccessRequests, { ...editor, status, limit: 50 })).data,
    page: (limit: number, cursor?: string) =>
      harness.bus.call(listAccessRequests, { ...editor, limit, ...(cursor === undefined ? {} : { cursor }) }),
    decide: (id: string, decision: "approve" | "deny", principal = editor.principal) =>
      harness.bus.call(decideAccessRequest, { ...editor, principal, id, decision }),
    request: (email: string) => harness.bus.call(requestVerification, { tenantId, linkId, email }, LONG),
    confirm: (email: string, code: string, given: { consentHash?: string; languages?: string[] } = {}) =>
      harness.bus.call(confirmVerification, { tenantId, linkId, email, code, replyTo: "test", ...given }, LONG),
    /** Asks for a code and reads it from the mailbox. */
    async codeFor(email: string): Promise<string> {
      const before = (await mails(email)).filter(isCode).length;
      await this.request(email);
      return eventually(async () => {
        const codes = (await mails(email)).filter(isCode);
        return codes.length > before && (/^ {4}(\d{6})$/m.exec(codes[0]?.text ?? "")?.[1] ?? false);
      });
    },
    async enter(email: string) {
      return this.confirm(email, await this.codeFor(email));
    },
  };
}

describe("an access policy", () => {
  it("is open until it is set, keeps what a change omits, and shows its addresses in normalised form", async () => {
    const place = await newPlace();
    expect((await place.get()).policy).toEqual({
      mode: "open",
      allowed_emails: [],
      links_enabled: true,
      notify_email: null,
      updated_at: null,
    });
    const emails = ["Eve@Other.Example", "ada@example.com", " ADA@example.com "];
    await place.set({ mode: "approval", allowed_emails: emails, notify_email: "Owner@example.com" });
    const { policy } = await place.set({ mode: "any_verified" });
    expect(policy).toMatchObject({
      mode: "any_verified",
      allowed_emails: ["ada@example.com", "eve@other.example"],
      links_enabled: true,
      notify_email: "owner@example.com",
    });
    expect((await place.get()).policy).toEqual(policy);
    const off = (await place.set({ links_enabled: false })).policy;
    expect(off).toMatchObject({ mode: "any_verified", links_enabled: false, notify_email: "owner@example.com" });
    expect((await place.set({ mode: "open", allowed_emails: [], notify_email: null })).policy).toMatchObject({
      allowed_emails: [],
      notify_email: null,
    });
  });

  it("stores no address in plain text in the database", async () => {
    const place = await newPlace();
    await place.set({ mode: "approval", allowed_emails: [ADA], notify_email: BOB });
    expect(await codeOf(place.enter(EVE))).toBe("access_pending");
    const { rows } = await harness.db.tenant(place.tenantId, (trx) =>
      sql<{ all: string }>`select coalesce((select string_agg(p::text, ' ') from agent_access_policies p), '') ||
        coalesce((select string_agg(a::text, ' ') from agent_access_addresses a), '') ||
        coalesce((select string_agg(r::text, ' ') from agent_access_requests r), '') as all`.execute(trx),
    );
    expect(rows[0]?.all).toContain(place.agentId);
    for (const address of [ADA, BOB, EVE]) expect(rows[0]?.all).not.toContain(address);
  });

  it("is accessible only to editors of its tenant, and takes 1000 addresses at most", async () => {
    const [place, other] = [await newPlace(), await newPlace()];
    for (const call of [
      () => place.get(place.tenant.as("viewer")),
      () => place.set({ mode: "open" }, place.tenant.as("operator")),
      () => place.decide(newId(), "approve", place.tenant.as("viewer")),
    ])
      expect(await codeOf(call())).toBe("forbidden");
    await other.set({ mode: "approval", allowed_emails: [ADA] });
    expect((await place.get()).policy.allowed_emails).toEqual([]);
    const many = (count: number) => Array.from({ length: count }, (_, n) => `p${n}@example.com`);
    expect((await place.set({ mode: "approval", allowed_emails: many(1_000) })).policy.allowed_emails).toHaveLength(
      1_000,
    );
    expect(await codeOf(place.set({ mode: "approval", allowed_emails: many(1_001) }))).toBe("validation_failed");
    expect(await codeOf(place.set({ mode: "approval", allowed_emails: ["nobody"] }))).toBe("validation_failed");
  });

  it("makes every link of the agent ask for an address, and notifies services that cache policies", async () => {
    const place = await newPlace();
    expect(await place.resolve()).toMatchObject({ policy: { requireEmail: false, access: "open" } });
    for (const mode of ["any_verified", "approval"] as const) {
      await place.set({ mode });
      expect(await place.resolve()).toMatchObject({ policy: { requireEmail: true, access: mode } });
    }
    await eventually(
      async () =>
        harness.seen(accessPolicyChanged).filter((fact) => JSON.stringify(fact).includes(place.agentId)).length === 2,
    );
  });

  it("that disables links makes them unavailable like unknown ones, and allows no new ones", async () => {
    const place = await newPlace();
    await place.set({ mode: "open", links_enabled: false });
    expect(await place.resolve()).toEqual({ status: "unavailable" });
    expect(await codeOf(place.request(ADA))).toBe("link_unavailable");
    expect(await codeOf(place.create())).toBe("feature_disabled");
    await place.set({ mode: "open", links_enabled: true });
    expect(await place.resolve()).toMatchObject({ status: "ok" });
    await place.create();
  });

  it("that disables links closes the streams of links in use, and of no others", async () => {
    const [place, other] = [await newPlace(), await newPlace()];
    const idle = await place.create();
    for (const { tenantId, agentId, linkId } of [place, other])
      await harness.db.tenant(tenantId, (trx) =>
        sql`insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, link_id, idle_check_at)
          values (${newId()}, ${newId()}, ${tenantId}, ${agentId}, 1, true, ${linkId}, now())`.execute(trx),
      );
    await place.set({ mode: "any_verified" });
    await place.set({ mode: "any_verified", links_enabled: false });
    const revoked = () => harness.seen(linkRevoked);
    await eventually(async () => revoked().length > 0);
    expect(revoked()).toEqual([{ linkId: place.linkId, tenantId: place.tenantId }]);
    expect(JSON.stringify(revoked())).not.toContain(String(idle.link.id));
  });
});

describe("a confirmed address under approval", () => {
  it("is admitted at once if it is allowed, in whatever spelling it was allowed", async () => {
    const place = await newPlace();
    await place.set({ mode: "approval", allowed_emails: [ADA.toUpperCase()] });
    expect(await place.enter(ADA)).toMatchObject({ status: "verified" });
    expect(await place.requests()).toEqual([]);
  });

  it("makes one request if not allowed, uses up its code, and is admitted with a new code once approved", async () => {
    const place = await newPlace();
    await place.set({ mode: "approval", notify_email: "owner@example.com" });
    opened.length = 0;
    const code = await place.codeFor(BOB);
    expect(await codeOf(place.confirm(BOB, code))).toBe("access_pending");
    expect(await place.confirm(BOB, code)).toEqual({ status: "refused", error: "invalid_code" });
    expect(await codeOf(place.enter(BOB))).toBe("access_pending");
    const [request, ...more] = await place.requests("pending");
    expect([request, more]).toMatchObject([{ email: BOB, status: "pending", link_id: place.linkId }, []]);
    expect(opened).toEqual([]);
    // Its owner was told once, without the address.
    const told = await eventually(async () => {
      const mails = await place.mails("owner@example.com");
      return mails.length > 0 && mails;
    });
    expect(told).toHaveLength(1);
    expect(JSON.stringify(told)).not.toContain(BOB);
    const fact = { tenantId: place.tenantId, agentId: place.agentId, requestId: request?.id };
    await eventually(() => expect(harness.seen(accessRequested)).toContainEqual(fact));
    const id = request?.id ?? "";
    expect((await place.decide(id, "approve")).request).toMatchObject({
      status: "approved",
      decided_by: "test-editor",
    });
    expect((await place.decide(id, "approve")).request).toMatchObject({ status: "approved" });
    expect(await place.enter(BOB)).toMatchObject({ status: "verified" });
    // One mail about the approval, naming the agent; the others are codes. It leaves behind the answer.
    await eventually(async () => {
      const subjects = (await place.mails(BOB)).map(({ subject }) => subject);
      expect(subjects.filter((subject) => subject === "You may talk to Desk")).toHaveLength(1);
    });
    expect(opened).toEqual([BOB]);
  });

  it("is notified in the language it asked in, its owner in the owner's, and lists show only addresses", async () => {
    const place = await newPlace();
    const policy = { mode: "approval", notify_email: "owner@example.com", allowed_emails: [ADA] };
    const set = await place.set(policy, place.tenant.as("editor"), ["nl"]);
    expect(set.policy).toMatchObject({ notify_email: "owner@example.com", allowed_emails: [ADA] });
    const code = await place.codeFor(BOB);
    expect(await codeOf(place.confirm(BOB, code, { languages: ["ja-JP", "en"] }))).toBe("access_pending");
    // A later wish is another visit; what was asked for first is what is answered.
    expect(await codeOf(place.enter(BOB))).toBe("access_pending");
    const [request] = await place.requests();
    expect(request?.email).toBe(BOB);
    // An owner who changes the rules elsewhere keeps the language the address was given with.
    await place.set({ mode: "approval" }, place.tenant.as("editor"), ["pl"]);
    expect((await place.decide(request?.id ?? "", "approve")).request.email).toBe(BOB);
    const subjects = async (email: string) => (await place.mails(email)).map(({ subject }) => subject);
    await eventually(async () =>
      expect(await subjects("owner@example.com")).toEqual(["Iemand vraagt om met Desk te praten"]),
    );
    await eventually(async () => expect(await subjects(BOB)).toContain("Desk と会話できるようになりました"));
  });

  it("gets the answers of a pending one after it was denied, and no mail", async () => {
    const place = await newPlace();
    await place.set({ mode: "approval" });
    expect(await codeOf(place.enter(BOB))).toBe("access_pending");
    const [request] = await place.requests();
    await place.decide(request?.id ?? "", "deny");
    expect(await place.request(BOB)).toEqual({ expiresInSeconds: 600 });
    expect(await codeOf(place.enter(BOB))).toBe("access_pending");
    expect(await place.requests()).toMatchObject([{ id: request?.id, status: "denied" }]);
    expect(await place.requests("pending")).toEqual([]);
    expect((await place.mails(BOB)).filter(({ subject }) => !subject.startsWith("Your code"))).toEqual([]);
  });

  it("creates one request and one notice under concurrent confirmations", async () => {
    const place = await newPlace();
    await place.set({ mode: "approval", notify_email: "owner@example.com" });
    const code = await place.codeFor(EVE);
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => place.confirm(EVE, code)));
    const pending = answers.filter(
      (answer) =>
        answer.status === "rejected" && answer.reason instanceof AppError && answer.reason.code === "access_pending",
    );
    expect(pending).toHaveLength(1);
    expect(await place.requests()).toHaveLength(1);
  });

  it("is indistinguishable from an allowed one before its code was right", async () => {
    const place = await newPlace();
    await place.set({ mode: "approval", allowed_emails: [ADA] });
    for (const email of [ADA, BOB]) {
      expect(await place.request(email)).toEqual({ expiresInSeconds: 600 });
      expect(await place.confirm(email, "12345x")).toEqual({ status: "refused", error: "invalid_code" });
      await eventually(async () => (await place.mails(email)).length === 1);
    }
    expect(await place.requests()).toEqual([]);
  });
});

describe("a flood of access requests", () => {
  it("is stored completely, and its owner is notified of the first twenty in an hour", async () => {
    const place = await newPlace();
    await place.set({ mode: "approval", notify_email: "owner@example.com" });
    const ask = (n: number) =>
      harness.db.query<{ r: { announce: boolean } }>("select ask_for_access($1, $2, $3, $4, $5, 'sealed') as r", [
        place.tenantId,
        place.agentId,
        place.linkId,
        newId(),
        `hash ${n}`,
      ]);
    const told: boolean[] = [];
    for (let n = 0; n < 23; n += 1) told.push((await ask(n))[0]?.r.announce === true);
    expect(told).toEqual([...Array(20).fill(true), false, false, false]);
    const { rows } = await harness.db.tenant(place.tenantId, (trx) =>
      sql<{ count: number }>`select count(*)::int as count from agent_access_requests`.execute(trx),
    );
    expect(rows).toEqual([{ count: 23 }]);
  });
});

describe("the list of access requests", () => {
  it("is paged newest first, and belongs to one agent of one tenant", async () => {
    const [place, other] = [await newPlace(), await newPlace()];
    await place.set({ mode: "approval" });
    for (const email of [ADA, BOB, EVE]) expect(await codeOf(place.enter(email))).toBe("access_pending");
    const first = await place.page(2);
    const second = await place.page(2, first.nextCursor ?? undefined);
    expect([...first.data, ...second.data].map(({ email }) => email)).toEqual([EVE, BOB, ADA]);
    expect([first.nextCursor === null, second.nextCursor]).toEqual([false, null]);
    expect(await other.requests()).toEqual([]);
    expect(await codeOf(other.decide(first.data[0]?.id ?? "", "approve"))).toBe("access_request_not_found");
  });
});

describe("consent when a code is confirmed", () => {
  it("is required for the current text, before an attempt at the code is counted", async () => {
    const place = await newPlace({ require_email: true, consent_text: "We keep what you write." });
    const code = await place.codeFor(ADA);
    for (const hash of [undefined, consentHash("We keep nothing.") ?? ""])
      for (let n = 0; n < 3; n += 1)
        expect(await codeOf(place.confirm(ADA, code, { consentHash: hash }))).toBe("consent_required");
    expect(await place.confirm(ADA, code, { consentHash: consentHash("We keep what you write.") ?? "" })).toMatchObject(
      {
        status: "verified",
      },
    );
  });
});
