import {
  AppError,
  createToken,
  credentialRevoked,
  deleteToken,
  devMail,
  inviteUser,
  listOperators,
  listUsers,
  newId,
  type Principal,
  type Role,
  removeUser,
  updateUser,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf, type Harness, startHarness } from "./harness.js";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness([credentialRevoked], { PUBLIC_URL: "https://chat.example.com" });
});
afterAll(() => harness.close());

const invite = (principal: Principal, email: string, role: Role, more: { name?: string } = {}) =>
  harness.bus.call(inviteUser, { principal, email, role, ...more });

/** Codes of the calls that were refused. */
const refusals = (all: PromiseSettledResult<unknown>[]): string[] =>
  all.flatMap((one) => (one.status === "rejected" ? [one.reason instanceof AppError ? one.reason.code : "?"] : []));

/** As the first sign-in of a person does. */
const signedIn = (tenantId: string, id: string) =>
  harness.db.tenant(tenantId, (trx) => sql`update users set signed_in_at = now() where id = ${id}`.execute(trx));

/** An owner who has signed in. */
async function owner(tenant: Awaited<ReturnType<Harness["newTenant"]>>): Promise<string> {
  const { user } = await invite(tenant.as("owner"), `${newId()}@example.com`, "owner");
  await signedIn(tenant.tenantId, user.id);
  return user.id;
}

describe("users of the console", () => {
  it("are invited by mail in the inviter's language, without any secret", async () => {
    const tenant = await harness.newTenant();
    const principal = tenant.as("admin");
    const call = { principal, email: "grace@example.com", role: "operator" as const, name: "Grace", languages: ["de"] };
    const { user } = await harness.bus.call(inviteUser, call);
    expect(user).toMatchObject({ email: call.email, name: "Grace", role: "operator", status: "invited", me: false });
    await eventually(async () => {
      const { data } = await harness.bus.call(devMail, { principal, limit: 5 });
      expect(data).toMatchObject([{ to: "grace@example.com", subject: "Sie sind zu Test eingeladen" }]);
      expect(data[0]?.text.match(/https?:\S+/g)).toEqual(["https://chat.example.com/console"]);
    });
  });

  it("are invited once per key and once per address, even under concurrent calls", async () => {
    const tenant = await harness.newTenant();
    const call = {
      ...{ principal: tenant.as("owner"), email: "a@example.com", role: "viewer" as const },
      idempotency: { key: newId(), fingerprint: "f" },
    };
    const [first, again] = await Promise.all([harness.bus.call(inviteUser, call), harness.bus.call(inviteUser, call)]);
    expect([first.replayed, again.replayed].sort()).toEqual([false, true]);
    expect(again.user).toEqual(first.user);
    const two = await Promise.allSettled([1, 2].map(() => invite(call.principal, "b@example.com", "viewer")));
    expect(refusals(two)).toEqual(["user_exists"]);
    const { data } = await harness.bus.call(listUsers, { principal: call.principal, limit: 10 });
    expect(data.map(({ email }) => email).sort()).toEqual(["a@example.com", "b@example.com"]);
    await eventually(async () => {
      const mails = await harness.bus.call(devMail, { principal: call.principal, limit: 10 });
      expect(mails.data.map(({ to }) => to).sort()).toEqual(["a@example.com", "b@example.com"]);
    });
  });

  it("get no more rights than those who invite or change them, and belong to one tenant", async () => {
    const tenant = await harness.newTenant();
    const other = await harness.newTenant();
    expect(await codeOf(invite(tenant.as("admin"), "a@example.com", "owner"))).toBe("forbidden");
    expect(await codeOf(invite(tenant.as("editor"), "a@example.com", "viewer"))).toBe("forbidden");
    const { user } = await invite(tenant.as("owner"), "a@example.com", "owner");
    const change = (principal: Principal, role: Role) =>
      codeOf(harness.bus.call(updateUser, { principal, id: user.id, role }));
    expect(await change(tenant.as("admin"), "viewer")).toBe("forbidden");
    const disable = { principal: tenant.as("admin"), id: user.id, disabled: true };
    expect(await codeOf(harness.bus.call(updateUser, disable))).toBe("forbidden");
    expect(await codeOf(harness.bus.call(removeUser, { principal: tenant.as("admin"), id: user.id }))).toBe(
      "forbidden",
    );
    expect(await change(other.as("owner"), "viewer")).toBe("user_not_found");
    expect(await codeOf(harness.bus.call(removeUser, { principal: other.as("owner"), id: user.id }))).toBe(
      "user_not_found",
    );
    const { user: below } = await invite(tenant.as("admin"), "b@example.com", "viewer");
    const raise = { principal: tenant.as("admin"), id: below.id, role: "owner" as const };
    expect(await codeOf(harness.bus.call(updateUser, raise))).toBe("forbidden");
    expect(await codeOf(harness.bus.call(listUsers, { principal: tenant.as("editor"), limit: 5 }))).toBe("forbidden");
  });

  it("are listed page by page, newest first, and return when they are invited again", async () => {
    const tenant = await harness.newTenant();
    const principal = tenant.as("owner");
    const ids: string[] = [];
    for (const email of ["a@example.com", "b@example.com", "c@example.com"])
      ids.unshift((await invite(principal, email, "viewer")).user.id);
    const first = await harness.bus.call(listUsers, { principal, limit: 2 });
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const { nextCursor } = first;
    const rest = await harness.bus.call(listUsers, { principal, limit: 2, cursor: nextCursor ?? "" });
    expect([rest.data.map(({ id }) => id), rest.nextCursor]).toEqual([ids.slice(2), null]);
    const [, , id = ""] = ids;
    await harness.bus.call(removeUser, { principal, id });
    expect(await codeOf(harness.bus.call(removeUser, { principal, id }))).toBe("user_not_found");
    expect(await codeOf(harness.bus.call(updateUser, { principal, id, role: "editor" }))).toBe("user_not_found");
    expect((await harness.bus.call(listUsers, { principal, limit: 5 })).data.at(-1)?.status).toBe("removed");
    const back = await invite(principal, "a@example.com", "editor");
    expect(back.user).toMatchObject({ id, role: "editor", status: "invited" });
  });

  it("can have role and name changed, and every gateway is notified of a new role and of a removal", async () => {
    const tenant = await harness.newTenant();
    const principal = tenant.as("owner");
    const { user } = await invite(principal, "a@example.com", "viewer");
    const named = await harness.bus.call(updateUser, { principal, id: user.id, name: "Ada" });
    expect([named.user.name, named.user.role]).toEqual(["Ada", "viewer"]);
    expect(harness.seen(credentialRevoked)).not.toContainEqual({ id: user.id });
    const raised = await harness.bus.call(updateUser, { principal, id: user.id, role: "editor" });
    expect(raised.user.role).toBe("editor");
    const told = () => harness.seen(credentialRevoked).filter((one) => JSON.stringify(one).includes(user.id));
    await eventually(() => expect(told()).toEqual([{ id: user.id }]));
    await harness.bus.call(removeUser, { principal, id: user.id });
    await eventually(() => expect(told()).toEqual([{ id: user.id }, { id: user.id }]));
  });

  it("are listed among those who may take an escalation, by name or address, except viewers", async () => {
    const tenant = await harness.newTenant();
    const principal = tenant.as("owner");
    await harness.bus.call(createToken, { principal, name: "Desk", role: "operator" });
    await invite(principal, "zoe@example.com", "operator");
    await invite(principal, "x@example.com", "viewer");
    const { user } = await invite(principal, "ada@example.com", "editor", { name: "Ada" });
    const { user: gone } = await invite(principal, "gone@example.com", "operator");
    await harness.bus.call(removeUser, { principal, id: gone.id });
    const { user: out } = await invite(principal, "out@example.com", "operator");
    await harness.bus.call(updateUser, { principal, id: out.id, disabled: true });
    const asked: Principal = { ...principal, role: "operator", via: "user", id: user.id };
    const { data } = await harness.bus.call(listOperators, { principal: asked });
    expect(data.map(({ name, me }) => [name, me])).toEqual([
      ["Ada", true],
      ["Desk", false],
      ["zoe@example.com", false],
    ]);
  });
});

describe("the last owner", () => {
  it("who has signed in cannot leave, even if others were invited who have never signed in", async () => {
    const tenant = await harness.newTenant();
    const principal = tenant.as("owner");
    const id = await owner(tenant);
    const { user: typo } = await invite(principal, "typo@example.com", "owner");
    expect(await codeOf(harness.bus.call(removeUser, { principal, id }))).toBe("last_owner");
    expect(await codeOf(harness.bus.call(updateUser, { principal, id, role: "admin" }))).toBe("last_owner");
    expect(await codeOf(harness.bus.call(updateUser, { principal, id, disabled: true }))).toBe("last_owner");
    expect((await harness.bus.call(updateUser, { principal, id, role: "owner" })).user.role).toBe("owner");
    const second = await owner(tenant);
    await harness.bus.call(updateUser, { principal, id: second, disabled: true });
    expect(await codeOf(harness.bus.call(removeUser, { principal, id }))).toBe("last_owner");
    await harness.bus.call(removeUser, { principal, id: typo.id });
    await owner(tenant);
    expect((await harness.bus.call(updateUser, { principal, id, role: "admin" })).user.role).toBe("admin");
  });

  it("stays when all owners leave at once, each counting on the others", async () => {
    const tenant = await harness.newTenant();
    const principal = tenant.as("owner");
    for (let round = 0; round < 10; round += 1) {
      const ids = [await owner(tenant), await owner(tenant), await owner(tenant)];
      const { data } = await harness.bus.call(listUsers, { principal, limit: 200 });
      const live = data.filter(({ status, role }) => status === "active" && role === "owner").map(({ id }) => id);
      expect(live).toEqual(expect.arrayContaining(ids));
      const ways = [{ role: "viewer" as const }, { disabled: true }];
      const leave = (id: string, at: number) =>
        at % 3 === 0
          ? harness.bus.call(removeUser, { principal, id })
          : harness.bus.call(updateUser, { principal, id, ...ways[(at % 3) - 1] });
      expect(refusals(await Promise.allSettled(live.map(leave)))).toEqual(["last_owner"]);
    }
  });

  it("makes the last token of a tenant dispensable", async () => {
    const tenant = await harness.newTenant();
    const principal = tenant.as("owner");
    const { id } = await harness.bus.call(createToken, { principal, name: "First", role: "owner" });
    const { user } = await invite(principal, "a@example.com", "owner");
    expect(await codeOf(harness.bus.call(deleteToken, { principal, id }))).toBe("last_token");
    await signedIn(tenant.tenantId, user.id);
    expect(await harness.bus.call(deleteToken, { principal, id })).toEqual({});
  });
});
