import {
  AppError,
  askSignIn,
  credentialRevoked,
  endUserSession,
  endUserSessions,
  identifyCaller,
  inviteUser,
  listAudit,
  listUserSessions,
  newId,
  type Principal,
  removeUser,
  revokeUserSession,
  updateUser,
  useSignInLink,
  verifyUserSession,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { parseToken } from "@parley/secrets";
import { eventually, withOtherSecret } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf, type Harness, startHarness } from "./harness.js";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness([credentialRevoked], {
    PUBLIC_URL: "https://chat.example.com",
    CONSOLE_IDLE_HOURS: "2",
  });
});
afterAll(() => harness.close());

const BROWSER = "b".repeat(22);
const address = (): string => `${newId()}@example.com`;
const ask = (email: string, browser = BROWSER) => harness.bus.call(askSignIn, { email, browser });
const use = (token: string, browser: string | null = BROWSER) =>
  harness.bus.call(useSignInLink, {
    ...{ token, browser, agent: "Firefox on Linux", from: { address: "192.0.2.7", requestId: "req_1" } },
  });
const who = async (token: string) => (await harness.bus.call(verifyUserSession, { token })).principal;
const refusals = (all: PromiseSettledResult<unknown>[]): string[] =>
  all.flatMap((one) => (one.status === "rejected" ? [one.reason instanceof AppError ? one.reason.code : "?"] : []));

/** Texts of the mails to an address, over all tenants. */
async function mailsTo(email: string, tenantId: string): Promise<string[]> {
  const { rows } = await harness.db.tenant(tenantId, (trx) =>
    sql<{ body: string }>`select body from dev_mail where recipient = ${email} and body like '%#token=%'
      order by id`.execute(trx),
  );
  return rows.map(({ body }) => body);
}

/** The words of the links that were mailed, once there are so many. */
const mailed = (email: string, tenantId: string, count = 1): Promise<string[]> =>
  eventually(async () => {
    const texts = await mailsTo(email, tenantId);
    expect(texts).toHaveLength(count);
    return texts.map((text) => /\/console\/sign-in#token=(pi_\w+)$/m.exec(text)?.[1] ?? "");
  });

async function invited(role: "owner" | "admin" | "viewer" = "viewer") {
  const tenant = await harness.newTenant();
  const email = address();
  const { user } = await harness.bus.call(inviteUser, { principal: tenant.as("owner"), email, role });
  return { ...tenant, email, user };
}

/** A user with a live session. */
async function signedIn(role: "owner" | "admin" | "viewer" = "viewer") {
  const person = await invited(role);
  await ask(person.email);
  const [link = ""] = await mailed(person.email, person.tenantId);
  return { ...person, link, token: (await use(link)).token };
}

describe("a sign-in link", () => {
  it("arrives by mail, opens a session of the user with the user's role, and works once", async () => {
    const { email, tenantId, user, as } = await invited("admin");
    expect(await ask(email)).toEqual({ expiresInSeconds: 900 });
    const [link = ""] = await mailed(email, tenantId);
    const all = await Promise.allSettled([1, 2, 3, 4, 5].map(() => use(link)));
    expect(refusals(all)).toEqual(Array(4).fill("sign_in_link_invalid"));
    const opened = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []))[0];
    expect(await who(opened?.token ?? "")).toEqual({ tenantId, role: "admin", via: "user", id: user.id });
    const days = (Date.parse(opened?.expiresAt ?? "") - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(14, 1);
    const audit = await harness.bus.call(listAudit, { principal: as("admin"), action: "user.signed_in", limit: 9 });
    const actor = { via: "user", id: user.id, role: "admin", address: "192.0.2.7" };
    expect(audit.data).toMatchObject([{ target_id: user.id, request_id: "req_1", actor }]);
  });

  it("does not work in another browser, is not used up there, and fails with another secret or after expiry", async () => {
    const { email, tenantId } = await invited();
    await ask(email);
    const [link = ""] = await mailed(email, tenantId);
    for (const browser of [null, "c".repeat(22), ""])
      expect(await codeOf(use(link, browser))).toBe("sign_in_link_invalid");
    expect(await codeOf(use(withOtherSecret(link)))).toBe("sign_in_link_invalid");
    expect(await codeOf(use("pi_nonsense"))).toBe("sign_in_link_invalid");
    await harness.db.tenant(tenantId, (trx) =>
      sql`update sign_in_links set expires_at = now() - interval '1 second'`.execute(trx),
    );
    expect(await codeOf(use(link))).toBe("sign_in_link_invalid");
    await harness.db.tenant(tenantId, (trx) =>
      sql`update sign_in_links set expires_at = now() + interval '1 minute'`.execute(trx),
    );
    expect((await use(link)).token).toMatch(/^pu_/);
  });

  it("is requested with the same answer for everybody, but mailed only to users who have the address", async () => {
    const { email, tenantId, user, as } = await invited();
    const unknown = address();
    const removed = await invited();
    await harness.bus.call(removeUser, { principal: removed.as("owner"), id: removed.user.id });
    const answers = await Promise.all([ask(email), ask(unknown), ask(removed.email)]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await mailed(email, tenantId);
    // What is mailed to a removed user would stand in the mailbox of that tenant, which is asked after the other mail is there.
    expect(await mailsTo(removed.email, removed.tenantId)).toEqual([]);
    // A link in hand dies with the user.
    const [link = ""] = await mailed(email, tenantId);
    await harness.bus.call(removeUser, { principal: as("owner"), id: user.id });
    expect(await codeOf(use(link))).toBe("sign_in_link_invalid");
  });

  it("is limited per address, known or not, even under concurrent requests", async () => {
    for (const email of [(await invited()).email, address()]) {
      const all = await Promise.allSettled(Array.from({ length: 60 }, () => ask(email)));
      expect(refusals(all)).toEqual(Array(55).fill("rate_limited"));
      const late = await ask(email).catch((error: unknown) => error);
      const { retryAfterSeconds = 0 } = late instanceof AppError ? late : {};
      expect(retryAfterSeconds).toBeGreaterThan(880);
      expect(retryAfterSeconds).toBeLessThanOrEqual(900);
    }
  });

  it("is mailed for each tenant that has the address, and opens only that tenant", async () => {
    const first = await invited("owner");
    const other = await harness.newTenant();
    const call = { principal: other.as("owner"), email: first.email, role: "viewer" as const };
    await harness.bus.call(inviteUser, call);
    await ask(first.email);
    const opened = await Promise.all(
      [first.tenantId, other.tenantId].map(async (tenantId) => {
        const [link = ""] = await mailed(first.email, tenantId);
        return who((await use(link)).token);
      }),
    );
    expect(opened).toMatchObject([
      { tenantId: first.tenantId, role: "owner" },
      { tenantId: other.tenantId, role: "viewer" },
    ]);
  });

  it("stores neither the secrets of link and session nor the browser or address in plain text", async () => {
    const { link, token, tenantId, email } = await signedIn();
    await ask(email);
    const dump = await harness.db.tenant(tenantId, async (trx) => {
      const { rows } = await sql<{ text: string }>`select coalesce(string_agg(t, E'\n'), '') as text from (
        select l::text as t from sign_in_links l union all select s::text from user_sessions s) d`.execute(trx);
      return rows[0]?.text ?? "";
    });
    for (const word of [parseToken("user", token)?.secret, parseToken("signIn", link)?.secret, BROWSER, email])
      expect(dump).not.toContain(word);
    expect(dump).toContain(parseToken("user", token)?.id);
  });
});

describe("a user's session", () => {
  it("ends with the user's removal, and is not revived by another invitation", async () => {
    const { token, user, as, email } = await signedIn();
    expect(await who(token)).toMatchObject({ id: user.id });
    await harness.bus.call(removeUser, { principal: as("owner"), id: user.id });
    expect(await who(token)).toBeNull();
    await harness.bus.call(inviteUser, { principal: as("owner"), email, role: "owner" });
    expect(await who(token)).toBeNull();
  });

  it("ends when its user is disabled, who can neither request nor use a link until enabled; the audit records both", async () => {
    const { token, user, as, email, tenantId } = await signedIn();
    await ask(email);
    const [, link = ""] = await mailed(email, tenantId, 2);
    const set = (disabled: boolean) =>
      harness.bus.call(updateUser, { principal: as("admin"), id: user.id, disabled }).then((answer) => answer.user);
    expect(await set(true)).toMatchObject({ status: "disabled", role: "viewer" });
    expect(await who(token)).toBeNull();
    expect(await codeOf(use(link))).toBe("sign_in_link_invalid");
    const told = () => harness.seen(credentialRevoked).filter((one) => JSON.stringify(one).includes(user.id));
    await eventually(() => expect(told()).toEqual([{ id: user.id }]));
    expect(await set(true)).toMatchObject({ status: "disabled" });
    await ask(email);
    const again = { principal: as("owner"), email, role: "owner" as const };
    expect(await codeOf(harness.bus.call(inviteUser, again))).toBe("user_exists");
    expect(await set(false)).toMatchObject({ status: "active", role: "viewer" });
    // Neither the session nor a link of before lives again, and nothing was mailed meanwhile.
    expect([await who(token), await codeOf(use(link))]).toEqual([null, "sign_in_link_invalid"]);
    await ask(email);
    const [, , fresh = ""] = await mailed(email, tenantId, 3);
    expect(await who((await use(fresh)).token)).toMatchObject({ id: user.id });
    const { data } = await harness.bus.call(listAudit, { principal: as("admin"), limit: 20, targetId: user.id });
    expect(data.map(({ action }) => action)).toEqual(
      expect.arrayContaining(["user.enabled", "user.disabled", "user.created"]),
    );
    expect(data.filter(({ action }) => action === "user.disabled")).toHaveLength(1);
  });

  it("has the current role of its user", async () => {
    const { token, user, as } = await signedIn();
    await harness.bus.call(updateUser, { principal: as("owner"), id: user.id, role: "editor" });
    expect(await who(token)).toMatchObject({ role: "editor" });
  });

  it("ends after hours without use, and after its number of days however much it was used", async () => {
    const { token, tenantId } = await signedIn();
    const set = (change: ReturnType<typeof sql>) =>
      harness.db.tenant(tenantId, (trx) => sql`update user_sessions set ${change}`.execute(trx));
    await set(sql`last_used_at = now() - interval '119 minutes'`);
    expect(await who(token)).not.toBeNull();
    // It was used just now.
    await eventually(async () => {
      const { rows } = await harness.db.tenant(tenantId, (trx) =>
        sql<{ fresh: boolean }>`select last_used_at > now() - interval '1 minute' as fresh from user_sessions`.execute(
          trx,
        ),
      );
      expect(rows).toEqual([{ fresh: true }]);
    });
    await set(sql`last_used_at = now() - interval '121 minutes'`);
    expect(await who(token)).toBeNull();
    await set(sql`last_used_at = now(), expires_at = now() - interval '1 second'`);
    expect(await who(token)).toBeNull();
  });

  it("can be ended by its cookie, by its user (one or all) and by an admin; every gateway is notified", async () => {
    const person = await signedIn("admin");
    const me: Principal = (await who(person.token)) ?? person.as("viewer");
    const more = async (): Promise<string> => {
      await harness.db.tenant(person.tenantId, (trx) => sql`delete from dev_mail`.execute(trx));
      await ask(person.email);
      const [link = ""] = await mailed(person.email, person.tenantId);
      return (await use(link)).token;
    };
    const second = await more();
    const current = parseToken("user", second)?.id ?? "";
    const list = async (principal: Principal = me) =>
      (await harness.bus.call(listUserSessions, { principal, current })).data;
    expect((await list()).map((one) => [one.via, one.browser, one.current])).toEqual([
      ["mail", "Firefox on Linux", true],
      ["mail", "Firefox on Linux", false],
    ]);
    expect(await list(person.as("owner"))).toEqual([]);
    const told = () => harness.seen(credentialRevoked).filter((one) => JSON.stringify(one).includes(person.user.id));
    const [, older] = await list();
    const other = await signedIn("admin");
    const them: Principal = (await who(other.token)) ?? other.as("viewer");
    for (const principal of [them, person.as("owner")])
      expect(await codeOf(harness.bus.call(revokeUserSession, { principal, id: older?.id ?? "" }))).toBe("not_found");
    await harness.bus.call(revokeUserSession, { principal: me, id: older?.id ?? "" });
    expect([await who(person.token), (await who(second))?.id]).toEqual([null, person.user.id]);
    expect(await harness.bus.call(endUserSession, { token: second })).toEqual({ ended: true });
    expect(await harness.bus.call(endUserSession, { token: second })).toEqual({ ended: false });
    expect(await who(second)).toBeNull();
    await eventually(() => expect(told()).toHaveLength(2));
    const third = await more();
    expect(await harness.bus.call(endUserSessions, { principal: me, id: person.user.id })).toEqual({ ended: 1 });
    expect(await who(third)).toBeNull();
    const fourth = await more();
    const end = (principal: Principal) => harness.bus.call(endUserSessions, { principal, id: person.user.id });
    expect(await codeOf(end(person.as("editor")))).toBe("forbidden");
    expect(await codeOf(end(other.as("owner")))).toBe("user_not_found");
    expect(await end(person.as("owner"))).toEqual({ ended: 1 });
    expect(await who(fourth)).toBeNull();
  });

  it("is one of at most twenty per user; the longest unused one ends", async () => {
    const { user, tenantId, token } = await signedIn();
    const open = (at: number) =>
      harness.db.tenant(tenantId, (trx) =>
        sql`select open_user_session(${tenantId}, ${user.id}, ${newId()}, ${`made-${at}`}, '\\x00', 'mail', '', 1, '{}')`.execute(
          trx,
        ),
      );
    const live = () =>
      harness.db.tenant(tenantId, async (trx) => {
        const { rows } = await sql<{ token_id: string }>`select token_id from user_sessions where ended_at is null
          order by token_id`.execute(trx);
        return rows.map((row) => row.token_id);
      });
    for (let at = 1; at < 20; at += 1) await open(at);
    // Nobody calls with the session before it has ended: the product writes behind its answer when one was used.
    const own = parseToken("user", token)?.id ?? "";
    expect(await live()).toContain(own);
    await harness.db.tenant(tenantId, (trx) =>
      sql`update user_sessions set last_used_at = now() - interval '1 hour' where token_id = ${own}`.execute(trx),
    );
    await open(20);
    expect(await live()).toEqual(Array.from({ length: 20 }, (_, at) => `made-${at + 1}`).sort());
    expect(await who(token)).toBeNull();
  });

  it("identifies its user, as a token identifies itself", async () => {
    const { token, as, email, tenantId } = await signedIn();
    const principal = (await who(token)) ?? as("viewer");
    const tenant = { id: tenantId, name: "Test" };
    expect((await harness.bus.call(identifyCaller, { principal })).who).toMatchObject({
      ...{ via: "user", role: "viewer", tenant },
      user: { email, me: true, status: "active" },
    });
    const program = await harness.bus.call(identifyCaller, { principal: as("editor") });
    expect(program.who).toEqual({ via: "token", role: "editor", tenant, user: null });
  });
});
