import { createECDH, createPublicKey, randomBytes, verify } from "node:crypto";
import { createServer } from "node:http";
import { listPush, newId, type Principal, subscribePush, unsubscribePush } from "@parley/contracts";
import { sql } from "@parley/db";
import { eventually } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { encryptPush } from "../src/people/encrypt-push.js";
import { type PeopleWorld, peopleWorld } from "./people-world.js";

interface Pushed {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

let world: PeopleWorld;
let service: Awaited<ReturnType<typeof pushService>>;
beforeAll(async () => {
  [world, service] = await Promise.all([peopleWorld(2), pushService()]);
}, 60_000);
afterAll(async () => {
  await world?.close();
  await service?.close();
});
afterEach(() => {
  service.state.status = 201;
});

/** What browsers are told through, on this machine; it cannot read what it passes on. */
async function pushService() {
  const got: Pushed[] = [];
  const state = { status: 201 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      got.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(state.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    state,
    url: `http://127.0.0.1:${address.port}`,
    at: (path: string) => got.filter((one) => one.path === path),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** A browser of somebody, as it subscribes. */
function browser() {
  const curve = createECDH("prime256v1");
  curve.generateKeys();
  const path = `/send/${newId()}`;
  const keys = { p256dh: curve.getPublicKey("base64url"), auth: randomBytes(16).toString("base64url") };
  return { path, body: { endpoint: service.url + path, keys } };
}

async function desk() {
  const tenant = await world.tenant();
  const person = async (role: Principal["role"] = "operator"): Promise<Principal> => {
    const id = newId();
    await world.db.tenant(tenant.tenantId, (trx) =>
      sql`insert into users (id, tenant_id, email, role) values (${id}, ${tenant.tenantId}, ${`${id}@example.com`}, ${role})`.execute(
        trx,
      ),
    );
    return { tenantId: tenant.tenantId, role, via: "user", id };
  };
  return { ...tenant, person };
}
const subscribe = async (principal: Principal, { body }: ReturnType<typeof browser>) =>
  (await eventually(() => world.bus.call(subscribePush, { principal, body }))).subscription;
const pushed = (path: string, count = 1) =>
  eventually(async () => {
    const all = service.at(path);
    if (all.length < count) throw new Error(`${all.length} of ${count}`);
    return all;
  });

describe("a push message", () => {
  it("is encrypted as in the example of RFC 8291", () => {
    const sender = createECDH("prime256v1");
    sender.setPrivateKey(Buffer.from("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", "base64url"));
    const keys = {
      p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
      auth: "BTBZMqHH6r4Tts7J_aSIgg",
    };
    const made = { sender, salt: Buffer.from("DGv6ra1nlYgDCS1FRnbzlw", "base64url") };
    expect(encryptPush("When I grow up, I want to be a watermelon", keys, made).toString("base64url")).toBe(
      "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
    );
  });
});

describe("operators' browsers", () => {
  it("are notified once of a waiting visitor, encrypted and signed, without names or text", async () => {
    const t = await desk();
    const [mira, here] = [await t.person(), browser()];
    const { id } = await subscribe(mira, here);
    expect((await subscribe(mira, here)).id).toBe(id);
    const { publicKey, data } = await world.bus.call(listPush, { principal: mira });
    expect(data).toMatchObject([{ id, host: new URL(service.url).host }]);
    const escalation = await t.escalate(await t.session(), "my secret refund");
    const [first] = await pushed(here.path);
    if (first === undefined) throw new Error("nothing came");
    expect(first.headers).toMatchObject({
      ...{ "content-encoding": "aes128gcm", ttl: "3600", urgency: "high" },
      topic: escalation.id.replaceAll("-", ""),
    });
    const [, token = "", key] = /^vapid t=([^,]+), ?k=(.+)$/.exec(String(first.headers.authorization)) ?? [];
    expect(key).toBe(publicKey);
    expect(claimsOf(token, publicKey)).toMatchObject({
      ...{ aud: service.url, sub: "https://parley.example.com" },
      exp: expect.any(Number),
    });
    // RFC 8188: salt, record size, length of the key, an uncompressed point; then what nobody between can read.
    expect([first.body[20], first.body[21]]).toEqual([65, 4]);
    expect(first.body.includes("refund") || first.body.includes("console")).toBe(false);
    await expect.poll(() => noticesOf(t.tenantId)).toEqual([{ status: "sent" }]);
    expect((await t.escalation(escalation.id)).notices).toEqual([]);
    expect(service.at(here.path)).toHaveLength(1);
  });

  it("are forgotten when their push service says that they are gone, and tried again when it is down", async () => {
    const t = await desk();
    const [mira, here] = [await t.person(), browser()];
    await subscribe(mira, here);
    service.state.status = 503;
    await t.escalate(await t.session());
    await pushed(here.path);
    service.state.status = 410;
    await pushed(here.path, 2);
    await expect.poll(async () => (await world.bus.call(listPush, { principal: mira })).data).toEqual([]);
    await t.escalate(await t.session());
    expect(await noticesOf(t.tenantId)).toEqual([]);
  });

  it("are notified for people who may answer and are still there, and for no other tenant", async () => {
    const [t, other] = [await desk(), await desk()];
    const [gone, viewer, stranger] = [await t.person(), await t.person(), await other.person()];
    const browsers = [browser(), browser(), browser()] as const;
    await subscribe(gone, browsers[0]);
    await subscribe(viewer, browsers[1]);
    const { id } = await subscribe(stranger, browsers[2]);
    await world.db.tenant(t.tenantId, async (trx) => {
      await sql`update users set removed_at = now() where id = ${gone.id}`.execute(trx);
      await sql`update users set role = 'viewer' where id = ${viewer.id}`.execute(trx);
    });
    await t.escalate(await t.session());
    expect(await noticesOf(t.tenantId)).toEqual([]);
    const taken = world.bus.call(unsubscribePush, { principal: viewer, id });
    await expect(taken).rejects.toMatchObject({ code: "not_found" });
    await world.bus.call(unsubscribePush, { principal: stranger, id });
    expect((await world.bus.call(listPush, { principal: stranger })).data).toEqual([]);
  });

  it("belong to people: API tokens, viewers and addresses that could never be called are refused", async () => {
    const t = await desk();
    const { body } = browser();
    const mira = await t.person();
    const asked = (principal: Principal, endpoint = body.endpoint) =>
      world.bus.call(subscribePush, { principal, body: { ...body, endpoint } });
    await expect(asked({ ...mira, via: "token" })).rejects.toMatchObject({ code: "forbidden" });
    await expect(asked({ ...mira, role: "viewer" })).rejects.toMatchObject({ code: "forbidden" });
    await expect(asked(mira, "http://169.254.169.254/x")).rejects.toMatchObject({ code: "validation_failed" });
  });

  it("move to the person who uses them now, and number at most twenty per person", async () => {
    const t = await desk();
    const [mira, grace, shared] = [await t.person(), await t.person(), browser()];
    const { id } = await subscribe(mira, shared);
    expect((await subscribe(grace, shared)).id).toBe(id);
    expect((await world.bus.call(listPush, { principal: mira })).data).toEqual([]);
    for (let n = 0; n < 21; n += 1) await subscribe(mira, browser());
    expect((await world.bus.call(listPush, { principal: mira })).data).toHaveLength(20);
  });
});

const claims = z.object({ aud: z.string(), sub: z.string(), exp: z.number() });

/** What a token says, when the key has signed it; at most a day ahead, as RFC 8292 wants. */
function claimsOf(token: string, publicKey: string): z.output<typeof claims> {
  const [head = "", said = "", signature = ""] = token.split(".");
  const point = Buffer.from(publicKey, "base64url");
  const jwk = {
    ...{ kty: "EC", crv: "P-256" },
    ...{ x: point.subarray(1, 33).toString("base64url"), y: point.subarray(33).toString("base64url") },
  };
  const key = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" as const };
  expect(verify("sha256", Buffer.from(`${head}.${said}`), key, Buffer.from(signature, "base64url"))).toBe(true);
  const read = claims.parse(JSON.parse(Buffer.from(said, "base64url").toString()));
  expect(read.exp - Date.now() / 1_000).toBeLessThanOrEqual(86_400);
  return read;
}

const noticesOf = (tenantId: string) =>
  world.db.tenant(tenantId, async (trx) => {
    const { rows } = await sql<{ status: string }>`
      select status from notices where tenant_id = ${tenantId} order by created_at`.execute(trx);
    return rows;
  });
