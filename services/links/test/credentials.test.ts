import {
  createKey,
  createTenant,
  createToken,
  credentialRevoked,
  deleteKey,
  deleteToken,
  newId,
  type Principal,
  resolveKey,
  rotateKey,
  verifyToken,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { eventually } from "@parley/testkit";
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

describe("tenants and tokens", () => {
  it("creates a tenant whose first token is its owner; only for operator-wide callers", async () => {
    const { id, owner } = await newTenant();
    expect(owner).toMatchObject({ tenantId: id, role: "owner", via: "token" });
    expect(await codeOf(harness.bus.call(createTenant, { principal: owner, name: "Inner" }))).toBe("forbidden");
  });

  it("hands out no more than the caller holds, and only inside the caller's tenant", async () => {
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

  it("knows nobody behind a malformed, altered or revoked token, and announces the revocation", async () => {
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

  it("remembers when a token was last used", async () => {
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

describe("signing keys", () => {
  it("gives back the secret that was shown, sealed at rest and bound to its row", async () => {
    const { id: tenantId, owner } = await newTenant();
    const made = await harness.bus.call(createKey, { principal: owner, name: "Backend", scopes: [] });
    const { key } = await harness.bus.call(resolveKey, { keyId: made.keyId });
    expect(key).toEqual({ secret: made.secret, principal: { tenantId, role: "operator", via: "hmac", id: made.id } });
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

  it("grants what its scopes say, and never more than its maker had", async () => {
    const { owner } = await newTenant();
    const roleOf = async (scopes: string[]) => {
      const { keyId } = await harness.bus.call(createKey, { principal: owner, name: "K", scopes });
      return (await harness.bus.call(resolveKey, { keyId })).key?.principal.role;
    };
    expect(await roleOf(["chat"])).toBe("operator");
    expect(await roleOf(["unheard-of"])).toBe("operator");
    expect(await roleOf(["chat", "write"])).toBe("editor");
    expect(await roleOf(["manage"])).toBe("admin");
    const editor: Principal = { ...owner, role: "editor" };
    expect(await codeOf(harness.bus.call(createKey, { principal: editor, name: "K", scopes: [] }))).toBe("forbidden");
  });

  it("rotates with both keys valid, then the old one ends; a key has one successor", async () => {
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

  it("knows no deleted key and announces its end", async () => {
    const { owner } = await newTenant();
    const { id, keyId } = await harness.bus.call(createKey, { principal: owner, name: "K", scopes: [] });
    await harness.bus.call(deleteKey, { principal: owner, id });
    expect(await harness.bus.call(resolveKey, { keyId })).toEqual({ key: null });
    expect(await harness.bus.call(resolveKey, { keyId: "key_unknown" })).toEqual({ key: null });
    await eventually(() => expect(harness.seen(credentialRevoked)).toContainEqual({ id }));
  });
});
