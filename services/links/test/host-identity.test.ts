import { createServer, type Server } from "node:http";
import {
  AppError,
  createLink,
  deleteHostIdentity,
  getHostIdentity,
  newId,
  openIdentified,
  openVerified,
  rotateIdentitySecret,
  setHostIdentity,
  tokenSubject,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { z } from "zod";
import { codeOf, type Harness, startHarness } from "./harness.js";

type Tenant = Awaited<ReturnType<Harness["newTenant"]>>;
type Opening = z.input<typeof openVerified.request>;

let harness: Harness;
let opened: Opening[] = [];
/** Who a visitor's token stands for, as the sessions service knows. */
let holder: string | null = null;
/** What the site publishes as its keys, and how often it was asked. */
const site = { keys: [] as object[], asked: 0, status: 200 };
let server: Server;
let jwksUrl = "";

beforeAll(async () => {
  harness = await startHarness([], { ALLOW_TEST_HOOKS: "1" });
  harness.bus.serve(openVerified, async (input) => {
    opened.push(input);
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
  harness.bus.serve(tokenSubject, async () => {
    if (holder === null) throw new AppError("session_token_invalid");
    return { subject: null, sessionId: "text_x", participantHash: holder };
  });
  server = createServer((_, response) => {
    site.asked += 1;
    response.writeHead(site.status, { "content-type": "application/json" }).end(JSON.stringify({ keys: site.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  jwksUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/jwks.json`;
});
afterAll(async () => {
  await harness.close();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  opened = [];
  holder = null;
  Object.assign(site, { keys: [], asked: 0, status: 200 });
});

interface Place {
  tenant: Tenant;
  linkId: string;
  owner: { principal: ReturnType<Tenant["as"]>; agent: string; id: string };
  /** A new secret of the link. */
  secret(): Promise<string>;
  open(identity: string, more?: Partial<z.input<typeof openIdentified.request>>): ReturnType<typeof openAt>;
}

const openAt = (call: z.input<typeof openIdentified.request>) =>
  harness.bus.call(openIdentified, call, { deadlineMs: 30_000 });

async function newLink(body: Record<string, unknown> = {}): Promise<Place> {
  const tenant = await harness.newTenant();
  const { link } = await harness.bus.call(createLink, { principal: tenant.as("editor"), agent: "desk", body });
  const linkId = String(link.id);
  const owner = { principal: tenant.as("editor"), agent: "desk", id: linkId };
  return {
    tenant,
    linkId,
    owner,
    secret: async () => (await harness.bus.call(rotateIdentitySecret, owner)).secret,
    open: (identity, more = {}) => openAt({ tenantId: tenant.tenantId, linkId, identity, replyTo: "test", ...more }),
  };
}

const bytes = (secret: string): Uint8Array => new TextEncoder().encode(secret);
const soon = (seconds = 300): number => Math.floor(Date.now() / 1000) + seconds;

/** A token as the embedding site makes it; `undefined` leaves a claim out. */
function claimsFor(audience: string, more: Record<string, unknown> = {}): JWTPayload {
  const claims = {
    aud: audience,
    sub: "user-7",
    jti: newId(),
    exp: soon(),
    email: "Ada@Example.com",
    name: "Ada",
    ...more,
  };
  return JSON.parse(JSON.stringify(claims));
}
const signed = (secret: string, claims: JWTPayload, alg = "HS256"): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(bytes(secret));

const refusedAs = (reason: string) => ({ status: "refused", reason });

describe("an identity signed with the link's secret", () => {
  it("opens the conversation of the person it names, under the identity that a code would have confirmed", async () => {
    const place = await newLink();
    const token = await signed(await place.secret(), claimsFor(place.linkId, { attributes: { plan: "pro" } }));
    expect(await place.open(token)).toMatchObject({ status: "opened", sessionToken: expect.stringMatching(/^ps_/) });
    expect(opened).toMatchObject([
      {
        email: "ada@example.com",
        person: { identifier: "user-7", name: "Ada", metadata: { plan: "pro" } },
        participantHash: harness.deps.secrets.keyedHash(`participant:${place.tenant.tenantId}:ada@example.com`),
      },
    ]);
  });

  it("identifies a person without an address, or with an unvouched one, on this link only", async () => {
    const [place, other] = [await newLink(), await newLink()];
    const [secret, foreign] = [await place.secret(), await other.secret()];
    await place.open(await signed(secret, claimsFor(place.linkId, { email: undefined })));
    await place.open(await signed(secret, claimsFor(place.linkId, { email_verified: false })));
    await other.open(await signed(foreign, claimsFor(other.linkId, { email: undefined })));
    expect(opened.map(({ email }) => email)).toEqual([undefined, undefined, undefined]);
    const [first, second, third] = opened.map(({ participantHash }) => participantHash);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it("opens once, and again only for a repeat of the call that used it", async () => {
    const place = await newLink();
    const token = await signed(await place.secret(), claimsFor(place.linkId));
    const tries = Array.from({ length: 5 }, (_, n) => place.open(token, { idempotencyKey: `caller-${n}` }));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === "opened")).toHaveLength(1);
    const winner = statuses.indexOf("opened");
    expect(await place.open(token, { idempotencyKey: `caller-${winner}` })).toMatchObject({ status: "opened" });
    expect(await place.open(token)).toEqual(refusedAs("used"));
    expect(await place.open(token, { idempotencyKey: "somebody-else" })).toEqual(refusedAs("used"));
    expect(opened).toHaveLength(2);
  });

  it("leaves a browser its session when that is the person's, without being used up", async () => {
    const place = await newLink();
    const token = await signed(await place.secret(), claimsFor(place.linkId));
    const { tenantId } = place.tenant;
    const access = { type: "visitor" as const, tenantId, linkId: place.linkId, tokenId: "t", secret: "s" };
    holder = harness.deps.secrets.keyedHash(`participant:${tenantId}:ada@example.com`);
    expect(await place.open(token, { access })).toEqual({ status: "same" });
    expect(opened).toEqual([]);
    holder = harness.deps.secrets.keyedHash(`participant:${tenantId}:eve@example.com`);
    expect(await place.open(token, { access })).toMatchObject({ status: "opened" });
  });

  it.each([
    ["expired", { exp: soon(-120) }, "expired"],
    ["valid for longer than an hour", { exp: soon(7_200) }, "claims"],
    ["without an expiry", { exp: undefined }, "claims"],
    ["without an id", { jti: undefined }, "claims"],
    ["without a person", { sub: undefined }, "claims"],
    ["for a blank person", { sub: "  " }, "claims"],
    ["with an invalid address", { email: "nobody" }, "claims"],
    ["with attributes of 5 kB", { attributes: { text: "x".repeat(5_000) } }, "claims"],
    ["with a NUL in an attribute", { attributes: { text: "a\u0000b" } }, "claims"],
    ["for another link", { aud: newId() }, "audience"],
    ["for no link", { aud: undefined }, "audience"],
  ])("is refused when it is %s", async (_name, claims, reason) => {
    const place = await newLink();
    const token = await signed(await place.secret(), claimsFor(place.linkId, claims));
    expect(await place.open(token)).toEqual(refusedAs(reason));
    expect(opened).toEqual([]);
  });

  it("is refused when it is unsigned, signed with another secret or algorithm, or not a token", async () => {
    const place = await newLink();
    const secret = await place.secret();
    const claims = claimsFor(place.linkId);
    expect(await place.open(new UnsecuredJWT(claims).encode())).toEqual(refusedAs("algorithm"));
    expect(await place.open(await signed(secret, claims, "HS384"))).toEqual(refusedAs("algorithm"));
    expect(await place.open(await signed(`${secret}x`, claims))).toEqual(refusedAs("signature"));
    const [head = "", , signature = ""] = (await signed(secret, claims)).split(".");
    const forged = Buffer.from(JSON.stringify({ ...claims, email: "eve@example.com" })).toString("base64url");
    expect(await place.open([head, forged, signature].join("."))).toEqual(refusedAs("signature"));
    for (const junk of ["x", "a.b.c", `${head}..${signature}`, "{}.{}.{}"])
      expect(await place.open(junk)).toMatchObject({ status: "refused" });
    expect(opened).toEqual([]);
  });

  it("is accepted with the previous secret for a day after a rotation, and no longer", async () => {
    const place = await newLink();
    const [first, second] = [await place.secret(), await place.secret()];
    expect(first).not.toBe(second);
    const open = async (secret: string) => (await place.open(await signed(secret, claimsFor(place.linkId)))).status;
    expect([await open(first), await open(second)]).toEqual(["opened", "opened"]);
    await harness.db.tenant(place.tenant.tenantId, (trx) =>
      sql`update link_identities set previous_valid_until = now()`.execute(trx),
    );
    expect([await open(first), await open(second)]).toEqual(["refused", "opened"]);
  });

  it("does not bypass what the link requires: address, domains, consent", async () => {
    const place = await newLink({ require_email: true, allowed_email_domains: ["example.com"], consent_text: "Rules" });
    const secret = await place.secret();
    const open = async (more: object) => place.open(await signed(secret, claimsFor(place.linkId, { ...more })));
    expect(await open({ email: undefined })).toEqual(refusedAs("address"));
    expect(await open({ email: "ada@example.net" })).toEqual(refusedAs("address"));
    expect(await codeOf(open({}))).toBe("consent_required");
    expect(opened).toEqual([]);
  });
});

describe("an identity signed with a key of the site", () => {
  it.each(["RS256", "ES256", "EdDSA"])("opens with a public key in PEM: %s", async (alg) => {
    const place = await newLink();
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const body = { public_key: await exportSPKI(publicKey) };
    await harness.bus.call(setHostIdentity, { ...place.owner, body });
    const token = await new SignJWT(claimsFor(place.linkId)).setProtectedHeader({ alg }).sign(privateKey);
    expect(await place.open(token)).toMatchObject({ status: "opened" });
    const { privateKey: other } = await generateKeyPair(alg);
    const forged = await new SignJWT(claimsFor(place.linkId)).setProtectedHeader({ alg }).sign(other);
    expect(await place.open(forged)).toEqual(refusedAs("signature"));
  });

  it("is refused when signed with the public key used as a secret", async () => {
    const place = await newLink();
    const { publicKey } = await generateKeyPair("RS256", { extractable: true });
    const pem = await exportSPKI(publicKey);
    await harness.bus.call(setHostIdentity, { ...place.owner, body: { public_key: pem } });
    expect(await place.open(await signed(pem, claimsFor(place.linkId)))).toEqual(refusedAs("algorithm"));
  });

  it("opens with keys that the site publishes, fetched once, and again for a key not yet known", async () => {
    const place = await newLink();
    await harness.bus.call(setHostIdentity, { ...place.owner, body: { jwks_url: jwksUrl } });
    const pairs = await Promise.all([1, 2].map(() => generateKeyPair("ES256", { extractable: true })));
    const published = await Promise.all(
      pairs.map(async ({ publicKey }, n) => ({ ...(await exportJWK(publicKey)), kid: `k${n}`, alg: "ES256" })),
    );
    const token = async (n: number) => {
      const key = pairs[n]?.privateKey;
      if (key === undefined) throw new Error("no key");
      return new SignJWT(claimsFor(place.linkId)).setProtectedHeader({ alg: "ES256", kid: `k${n}` }).sign(key);
    };
    site.keys = published.slice(0, 1);
    expect(await place.open(await token(0))).toMatchObject({ status: "opened" });
    expect(await place.open(await token(0))).toMatchObject({ status: "opened" });
    // Two replicas, each with its own copy.
    expect(site.asked).toBeLessThanOrEqual(2);
    // A key that nobody publishes makes nobody ask more often than twice a minute.
    for (let n = 0; n < 6; n += 1) expect(await place.open(await token(1))).toEqual(refusedAs("signature"));
    expect(site.asked).toBeLessThanOrEqual(2);
  });

  it("is refused as keys_unavailable when the keys cannot be fetched", async () => {
    const place = await newLink();
    site.status = 500;
    await harness.bus.call(setHostIdentity, { ...place.owner, body: { jwks_url: jwksUrl } });
    const { privateKey } = await generateKeyPair("ES256");
    const token = await new SignJWT(claimsFor(place.linkId)).setProtectedHeader({ alg: "ES256" }).sign(privateKey);
    expect(await place.open(token)).toEqual(refusedAs("keys_unavailable"));
  });
});

describe("the settings of host identities", () => {
  it("are shown without the secret, separated by tenant, and can be removed", async () => {
    const [place, foreign] = [await newLink(), await newLink()];
    const read = async () => (await harness.bus.call(getHostIdentity, place.owner)).hostIdentity;
    expect(await read()).toMatchObject({ audience: place.linkId, secret_set: false, jwks_url: null, public_key: null });
    expect(await place.open("x")).toEqual(refusedAs("not_configured"));
    const secret = await place.secret();
    await harness.bus.call(setHostIdentity, { ...place.owner, body: { jwks_url: jwksUrl } });
    await harness.bus.call(setHostIdentity, { ...place.owner, body: { public_key: null } });
    expect(await read()).toMatchObject({ secret_set: true, jwks_url: jwksUrl, previous_secret_valid_until: null });
    expect(JSON.stringify(await read())).not.toContain(secret);
    const stranger = { ...place.owner, principal: foreign.tenant.as("owner") };
    expect(await codeOf(harness.bus.call(getHostIdentity, stranger))).toBe("link_not_found");
    expect(await codeOf(harness.bus.call(rotateIdentitySecret, stranger))).toBe("link_not_found");
    const viewer = { ...place.owner, principal: place.tenant.as("operator") };
    expect(await codeOf(harness.bus.call(rotateIdentitySecret, viewer))).toBe("forbidden");
    const { rows } = await harness.db.tenant(place.tenant.tenantId, (trx) =>
      sql<Record<string, unknown>>`select * from link_identities`.execute(trx),
    );
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(secret.slice(4));
    await harness.bus.call(deleteHostIdentity, place.owner);
    await harness.bus.call(deleteHostIdentity, place.owner);
    expect(await place.open(await signed(secret, claimsFor(place.linkId)))).toEqual(refusedAs("not_configured"));
  });

  it("return the first answer to a repeated rotation", async () => {
    const place = await newLink();
    const repeat = { ...place.owner, idempotency: { key: "rotate-once", fingerprint: "f" } };
    const first = await harness.bus.call(rotateIdentitySecret, repeat);
    const again = await harness.bus.call(rotateIdentitySecret, repeat);
    expect(again).toEqual({ ...first, replayed: true });
    expect((await harness.bus.call(getHostIdentity, place.owner)).hostIdentity.previous_secret_valid_until).toBeNull();
  });
});
