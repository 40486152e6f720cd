import {
  claimSignature,
  createKey,
  createTenant,
  createToken,
  credentialRevoked,
  deleteKey,
  deleteToken,
  listKeys,
  listTenants,
  listTokens,
  newId,
  type Principal,
  resolveKey,
  rotateKey,
  updateKey,
  updateTenant,
  verifyToken,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { parseToken } from "@parley/secrets";
import { eventually, withOtherSecret } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf, type Harness, startHarness } from "./harness.js";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness([credentialRevoked]);
});
afterAll(() => harness.close());

const operator: Principal = { tenantId: null, role: "owner", via: "hmac", id: "admin" };

const newTenant = async (): Promise<{ id: string; adminToken: string; owner: Principal }> => {
  const made = await harness.bus.call(createTenant, { principal: operator, name: "Acme" });
  const { principal } = await harness.bus.call(verifyToken, { token: made.adminToken });
  if (principal === null) throw new Error("the first token of a tenant must work");
  return { ...made, owner: principal };
};

describe("the tenant and token API", () => {
  it("creates a tenant whose first token is its owner, for operator-wide callers only", async () => {
    const { id, owner } = await newTenant();
    expect(owner).toMatchObject({ tenantId: id, role: "owner", via: "token" });
    expect(await codeOf(harness.bus.call(createTenant, { principal: owner, name: "Inner" }))).toBe("forbidden");
  });

  it("grants no more than the caller holds, and only inside the caller's tenant", async () => {
    const { id, owner } = await newTenant();
    const admin: Principal = { ...owner, role: "admin" };
    const make = (principal: Principal, role: "owner" | "viewer", tenantId?: string) =>
      harness.bus.call(createToken, { principal, name: "T", role, ...(tenantId ? { tenantId } : {}) });
    const { token } = await make(admin, "viewer");
    expect((await harness.bus.call(verifyToken, { token })).principal).toMatchObject({ tenantId: id, role: "viewer" });
    expect(await codeOf(make(admin, "owner"))).toBe("forbidden");
    expect(await codeOf(make({ ...owner, role: "editor" }, "viewer"))).toBe("forbidden");
    expect(await codeOf(make(owner, "viewer", newId()))).toBe("forbidden");
    expect(await codeOf(make(operator, "viewer"))).toBe("forbidden");
    expect(await codeOf(make(operator, "viewer", newId()))).toBe("validation_failed");
    const { token: byOperator } = await make(operator, "viewer", id);
    expect((await harness.bus.call(verifyToken, { token: byOperator })).principal).toMatchObject({ tenantId: id });
  });

  it("rejects a token with a known id and another secret, whose checksum is right", async () => {
    const { adminToken, owner } = await newTenant();
    const forged = withOtherSecret(adminToken);
    const [genuine, altered] = [parseToken("api", adminToken), parseToken("api", forged)];
    expect(altered?.id).toBe(genuine?.id);
    expect(altered?.secret).not.toBe(genuine?.secret);
    expect(await harness.bus.call(verifyToken, { token: forged })).toEqual({ principal: null });
    expect((await harness.bus.call(verifyToken, { token: adminToken })).principal).toEqual(owner);
  });

  it("rejects a malformed, mistyped or revoked token, and announces the revocation", async () => {
    const { adminToken, owner } = await newTenant();
    const other = await newTenant();
    const who = async (token: string) => (await harness.bus.call(verifyToken, { token })).principal;
    expect(await who("ak_nonsense")).toBeNull();
    expect(await who(`${adminToken.slice(0, -1)}${adminToken.endsWith("0") ? "1" : "0"}`)).toBeNull();
    const { id, token } = await harness.bus.call(createToken, { principal: owner, name: "T", role: "viewer" });
    expect(await codeOf(harness.bus.call(deleteToken, { principal: other.owner, id }))).toBe("not_found");
    expect(await who(token)).toMatchObject({ id });
    await harness.bus.call(deleteToken, { principal: owner, id });
    expect(await who(token)).toBeNull();
    await eventually(() => expect(harness.seen(credentialRevoked)).toContainEqual({ id }));
    expect(await codeOf(harness.bus.call(deleteToken, { principal: owner, id }))).toBe("not_found");
  });

  it("does not let an admin revoke an owner's token", async () => {
    const { owner } = await newTenant();
    const admin: Principal = { ...owner, role: "admin" };
    expect(await codeOf(harness.bus.call(deleteToken, { principal: admin, id: owner.id }))).toBe("forbidden");
  });

  it("keeps the last token that can create others, even when two are revoked concurrently", async () => {
    const { owner } = await newTenant();
    const revoke = (id: string) => codeOf(harness.bus.call(deleteToken, { principal: owner, id }));
    expect(await revoke(owner.id)).toBe("last_token");
    // An admin is no owner, and cannot make one.
    await harness.bus.call(createToken, { principal: owner, name: "Admin", role: "admin" });
    expect(await revoke(owner.id)).toBe("last_token");
    const { id } = await harness.bus.call(createToken, { principal: owner, name: "Second", role: "owner" });
    const both = [owner.id, id].map((one) => harness.bus.call(deleteToken, { principal: owner, id: one }));
    const outcomes = (await Promise.allSettled(both)).sort((a, b) => a.status.localeCompare(b.status));
    expect(outcomes).toMatchObject([{ status: "fulfilled" }, { status: "rejected", reason: { code: "last_token" } }]);
  });

  it("records when a token was last used", async () => {
    const { id, owner } = await newTenant();
    await eventually(async () => {
      const { rows } = await harness.db.tenant(id, (trx) =>
        sql<{ used: boolean }>`select last_used_at is not null as used from api_tokens where id = ${owner.id}`.execute(
          trx,
        ),
      );
      expect(rows).toEqual([{ used: true }]);
    });
  });
});

describe("the signing key API", () => {
  it("returns the secret that was shown, which is sealed at rest and bound to its row", async () => {
    const { id: tenantId, owner } = await newTenant();
    const made = await harness.bus.call(createKey, { principal: owner, name: "Backend", scopes: [] });
    const { key } = await harness.bus.call(resolveKey, { keyId: made.keyId });
    expect(key).toEqual({
      secret: made.secret,
      principal: { tenantId, role: "operator", via: "hmac", id: made.id },
      scopes: ["chat", "read"],
    });
    const { rows } = await harness.db.tenant(tenantId, (trx) =>
      sql<{ text: string }>`select k::text as text from api_keys k`.execute(trx),
    );
    expect(rows[0]?.text).not.toContain(made.secret);
    // The sealed secret of one key is worthless in the row of another.
    const other = await harness.bus.call(createKey, { principal: owner, name: "Other", scopes: [] });
    await harness.db.tenant(tenantId, (trx) =>
      sql`update api_keys set secret_sealed = (select secret_sealed from api_keys where id = ${made.id}) where id = ${other.id}`.execute(
        trx,
      ),
    );
    expect(await codeOf(harness.bus.call(resolveKey, { keyId: other.keyId }))).toBe("internal");
  });

  it("grants a key what its scopes say, and never more than its creator had", async () => {
    const { owner } = await newTenant();
    const grantOf = async (scopes: string[]) => {
      const { keyId } = await harness.bus.call(createKey, { principal: owner, name: "K", scopes });
      const { key } = await harness.bus.call(resolveKey, { keyId });
      return [key?.principal.role, key?.scopes];
    };
    expect(await grantOf(["chat"])).toEqual(["viewer", ["chat"]]);
    expect(await grantOf(["unheard-of"])).toEqual(["viewer", ["unheard-of"]]);
    expect(await grantOf(["read"])).toEqual(["operator", ["read"]]);
    expect(await grantOf(["chat", "write", "chat"])).toEqual(["editor", ["chat", "write"]]);
    expect(await grantOf(["manage"])).toEqual(["admin", ["manage"]]);
    const editor: Principal = { ...owner, role: "editor" };
    expect(await codeOf(harness.bus.call(createKey, { principal: editor, name: "K", scopes: [] }))).toBe("forbidden");
  });

  it("preserves the rights of keys from releases without scopes, and of their successors", async () => {
    const { id: tenantId, owner } = await newTenant();
    const made = await harness.bus.call(createKey, { principal: owner, name: "Old", scopes: [] });
    await harness.db.tenant(tenantId, (trx) =>
      sql`update api_keys set scopes = '{}' where id = ${made.id}`.execute(trx),
    );
    const next = await harness.bus.call(rotateKey, { principal: owner, id: made.id });
    for (const { keyId, id, secret } of [made, next]) {
      const principal = { tenantId, role: "operator", via: "hmac", id };
      expect((await harness.bus.call(resolveKey, { keyId })).key).toEqual({ secret, principal });
    }
  });

  it("rotates a key with both valid until the old one ends, and gives a key one successor", async () => {
    const { id: tenantId, owner } = await newTenant();
    const old = await harness.bus.call(createKey, { principal: owner, name: "K", scopes: ["write"] });
    const next = await harness.bus.call(rotateKey, { principal: owner, id: old.id });
    expect(next.keyId).not.toBe(old.keyId);
    expect(next.secret).not.toBe(old.secret);
    const secretOf = async (keyId: string) => (await harness.bus.call(resolveKey, { keyId })).key?.secret;
    expect(await secretOf(old.keyId)).toBe(old.secret);
    expect(await secretOf(next.keyId)).toBe(next.secret);
    expect((await harness.bus.call(resolveKey, { keyId: next.keyId })).key?.principal.role).toBe("editor");
    expect(await codeOf(harness.bus.call(rotateKey, { principal: owner, id: old.id }))).toBe("not_found");
    const { rows } = await harness.db.tenant(tenantId, (trx) =>
      sql<{ hours: number }>`update api_keys set expires_at = expires_at - interval '24 hours' where id = ${old.id}
        returning extract(epoch from expires_at + interval '24 hours' - now())::float8 / 3600 as hours`.execute(trx),
    );
    expect(rows[0]?.hours).toBeLessThanOrEqual(24);
    expect(await secretOf(old.keyId)).toBeUndefined();
    expect(await secretOf(next.keyId)).toBe(next.secret);
  });

  it("does not resolve a deleted key, and announces its end", async () => {
    const { owner } = await newTenant();
    const { id, keyId } = await harness.bus.call(createKey, { principal: owner, name: "K", scopes: [] });
    await harness.bus.call(deleteKey, { principal: owner, id });
    expect(await harness.bus.call(resolveKey, { keyId })).toEqual({ key: null });
    expect(await harness.bus.call(resolveKey, { keyId: "key_unknown" })).toEqual({ key: null });
    await eventually(() => expect(harness.seen(credentialRevoked)).toContainEqual({ id }));
  });
});

describe("lists of credentials", () => {
  const pages = async <T>(page: (cursor: string | undefined) => Promise<{ data: T[]; nextCursor: string | null }>) => {
    const all: T[] = [];
    let cursor: string | undefined;
    do {
      const { data, nextCursor } = await page(cursor);
      expect(data.length).toBeLessThanOrEqual(2);
      all.push(...data);
      cursor = nextCursor ?? undefined;
    } while (cursor !== undefined);
    return all;
  };

  it("show all keys of the tenant with their status, newest first, and no secret", async () => {
    const { owner, id: tenantId } = await newTenant();
    await newTenant().then((other) => harness.bus.call(createKey, { principal: other.owner, name: "X", scopes: [] }));
    const make = (name: string) => harness.bus.call(createKey, { principal: owner, name, scopes: ["write"] });
    const [gone, old, ended] = [await make("Gone"), await make("Old"), await make("Ended")];
    await harness.bus.call(deleteKey, { principal: owner, id: gone.id });
    const next = await harness.bus.call(rotateKey, { principal: owner, id: old.id });
    await harness.db.tenant(tenantId, (trx) =>
      sql`update api_keys set expires_at = now() - interval '1 second' where id = ${ended.id}`.execute(trx),
    );
    const admin: Principal = { ...owner, role: "admin" };
    const list = (cursor?: string) => harness.bus.call(listKeys, { principal: admin, limit: 2, cursor });
    const all = await pages(list);
    expect(all.map(({ id, key_id, name, status, scopes }) => [id, key_id, name, status, scopes])).toEqual([
      [next.id, next.keyId, "Old", "active", ["write"]],
      [ended.id, ended.keyId, "Ended", "expired", ["write"]],
      [old.id, old.keyId, "Old", "rotating", ["write"]],
      [gone.id, gone.keyId, "Gone", "revoked", ["write"]],
    ]);
    const overlap = Date.parse(String(all[2]?.expires_at)) - Date.parse(String(all[0]?.created_at));
    expect(overlap / 3_600_000).toBeCloseTo(24, 1);
    for (const { secret } of [gone, old, ended, next]) expect(JSON.stringify(all)).not.toContain(secret);
    expect(await codeOf(harness.bus.call(listKeys, { principal: { ...owner, role: "editor" }, limit: 2 }))).toBe(
      "forbidden",
    );
    expect(await codeOf(harness.bus.call(listKeys, { principal: owner, limit: 2, cursor: "x" }))).toBe(
      "validation_failed",
    );
  });

  it("show all tokens of the tenant by their hints, with their last use", async () => {
    const { owner, adminToken } = await newTenant();
    const made: { id: string; token: string }[] = [];
    for (const name of ["A", "B", "C"]) {
      made.unshift(await harness.bus.call(createToken, { principal: owner, name, role: "viewer" }));
    }
    await harness.bus.call(deleteToken, { principal: owner, id: made[0]?.id ?? "" });
    const list = (cursor?: string) => harness.bus.call(listTokens, { principal: owner, limit: 2, cursor });
    await eventually(async () => {
      const all = await pages(list);
      const hint = (token: string) => `ak_…${token.slice(-4)}`;
      expect(all.map(({ id, name, role, hint, status }) => [id, name, role, hint, status])).toEqual([
        [made[0]?.id, "C", "viewer", hint(made[0]?.token ?? ""), "revoked"],
        [made[1]?.id, "B", "viewer", hint(made[1]?.token ?? ""), "active"],
        [made[2]?.id, "A", "viewer", hint(made[2]?.token ?? ""), "active"],
        [owner.id, "First owner", "owner", hint(adminToken), "active"],
      ]);
      expect(all.map(({ last_used_at }) => last_used_at !== null)).toEqual([false, false, false, true]);
      for (const { token } of made) expect(JSON.stringify(all)).not.toContain(token);
    });
    expect(await codeOf(harness.bus.call(listTokens, { principal: { ...owner, role: "operator" }, limit: 2 }))).toBe(
      "forbidden",
    );
  });

  it("show all tenants, to operator-wide callers only", async () => {
    const made = [await newTenant(), await newTenant(), await newTenant()];
    const list = (cursor?: string) => harness.bus.call(listTenants, { principal: operator, limit: 2, cursor });
    const all = await pages(list);
    expect(all.slice(0, 3).map(({ id, name }) => [id, name])).toEqual(made.reverse().map(({ id }) => [id, "Acme"]));
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const [tenant] = made;
    if (tenant === undefined) throw new Error("three were made");
    expect(await codeOf(harness.bus.call(listTenants, { principal: tenant.owner, limit: 2 }))).toBe("forbidden");
  });
});

describe("credential verification", () => {
  it("accepts a signature as first once per tenant, even under concurrent claims", async () => {
    const { id } = await newTenant();
    const other = await newTenant();
    const signature = newId();
    const claims = await Promise.all(
      [id, id, id, other.id, null].map((tenantId) => harness.bus.call(claimSignature, { tenantId, signature })),
    );
    expect(claims.slice(0, 3).filter(({ first }) => first)).toHaveLength(1);
    expect(claims.slice(3)).toEqual([{ first: true }, { first: true }]);
    for (const tenantId of [id, other.id, null])
      expect(await harness.bus.call(claimSignature, { tenantId, signature })).toEqual({ first: false });
  });

  it("lets a key and its successor require nonces; every gateway is notified, and nothing is closed", async () => {
    const { owner } = await newTenant();
    const other = await newTenant();
    const asks = async (keyId: string) => (await harness.bus.call(resolveKey, { keyId })).key?.requireNonce === true;
    const { id, keyId } = await harness.bus.call(createKey, { principal: owner, name: "K", scopes: [] });
    expect(await asks(keyId)).toBe(false);
    const { key } = await harness.bus.call(updateKey, { principal: owner, id, requireNonce: true });
    expect([key.id, key.require_nonce, await asks(keyId)]).toEqual([id, true, true]);
    await eventually(() => expect(harness.seen(credentialRevoked)).toContainEqual({ id, rotated: true }));
    const successor = await harness.bus.call(rotateKey, { principal: owner, id });
    expect(await asks(successor.keyId)).toBe(true);
    await harness.bus.call(updateKey, { principal: owner, id: successor.id, requireNonce: false });
    expect(await asks(successor.keyId)).toBe(false);
    const made = await harness.bus.call(createKey, { principal: owner, name: "S", scopes: [], requireNonce: true });
    expect(await asks(made.keyId)).toBe(true);
    const foreign = { principal: other.owner, id, requireNonce: false };
    expect(await codeOf(harness.bus.call(updateKey, foreign))).toBe("not_found");
    const editor = { principal: { ...owner, role: "editor" as const }, id, requireNonce: false };
    expect(await codeOf(harness.bus.call(updateKey, editor))).toBe("forbidden");
    await harness.bus.call(deleteKey, { principal: owner, id: made.id });
    expect(await codeOf(harness.bus.call(updateKey, { ...foreign, principal: owner, id: made.id }))).toBe("not_found");
  });

  it("lets a tenant require nonces for all its keys, set by its owner or the operator", async () => {
    const { id, owner } = await newTenant();
    const other = await newTenant();
    const { keyId } = await harness.bus.call(createKey, { principal: owner, name: "K", scopes: [] });
    const set = (principal: Principal, requireNonce: boolean) =>
      harness.bus.call(updateTenant, { principal, id, requireNonce });
    const { tenant } = await set(owner, true);
    expect(tenant).toMatchObject({ id, name: "Acme", require_nonce: true });
    expect((await harness.bus.call(resolveKey, { keyId })).key?.requireNonce).toBe(true);
    const { data } = await harness.bus.call(listTenants, { principal: operator, limit: 200 });
    expect(data.find((shown) => shown.id === id)?.require_nonce).toBe(true);
    expect((await set(operator, false)).tenant.require_nonce).toBe(false);
    expect((await harness.bus.call(resolveKey, { keyId })).key?.requireNonce).toBeUndefined();
    expect(await codeOf(set(other.owner, false))).toBe("not_found");
    expect(await codeOf(set({ ...owner, role: "admin" }, false))).toBe("forbidden");
    const nobody = { principal: operator, id: newId(), requireNonce: true };
    expect(await codeOf(harness.bus.call(updateTenant, nobody))).toBe("not_found");
  });

  it("suspends a tenant for operator-wide callers only: no token or key of it works until it is resumed", async () => {
    const { id, owner, adminToken } = await newTenant();
    const { keyId } = await harness.bus.call(createKey, { principal: owner, name: "K", scopes: [] });
    const set = (principal: Principal, suspended: boolean) =>
      harness.bus.call(updateTenant, { principal, id, suspended });
    const work = async () => [
      (await harness.bus.call(verifyToken, { token: adminToken })).principal !== null,
      (await harness.bus.call(resolveKey, { keyId })).key !== null,
    ];
    expect(await codeOf(set(owner, true))).toBe("forbidden");
    expect(await work()).toEqual([true, true]);
    const { tenant } = await set(operator, true);
    expect(tenant.suspended_at).not.toBeNull();
    expect(await work()).toEqual([false, false]);
    expect((await set(operator, true)).tenant).toEqual(tenant);
    const told = () => harness.seen(credentialRevoked).filter((fact) => JSON.stringify(fact).includes(id));
    await eventually(() =>
      expect(told()).toEqual([
        { id, rotated: false },
        { id, rotated: false },
      ]),
    );
    expect((await set(operator, false)).tenant.suspended_at).toBeNull();
    expect(await work()).toEqual([true, true]);
  });
});
