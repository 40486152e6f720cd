import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { withPostgresClient } from "@parley/local-servers";
import { createSecrets } from "@parley/secrets";
import { createBearerClient, createSignedClient } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Planted, plantSecrets, say } from "./plant.js";
import { type Product, type Replica, startProduct } from "./product.js";

const OLD = "the first master key of this installation";
const NEW = "the next master key of this installation!";
/** Visitors of a link may do a hundred things a minute. */
const VISITOR_PAUSE_MS = 1_500;
const [oldId, newId] = [OLD, NEW].map((key) => createSecrets(key).keyId);

let product: Product;
let planted: Planted;
let first: Replica;
beforeAll(async () => {
  product = await startProduct();
  first = await product.replica({ current: OLD });
  planted = await plantSecrets(product, first);
  await plantByHand(product.adminUrl, planted.tenantId);
});
afterAll(async () => {
  await planted?.close();
  await product?.close();
});

interface Rotated {
  key_id: string;
  resealed: number;
  unreadable: number;
  next_cursor: string | null;
}

async function rotate(replica: Replica, calls = Number.POSITIVE_INFINITY): Promise<Rotated> {
  const operator = createSignedClient({ bases: [replica.url], key: product.adminKey });
  const sum = { key_id: "", resealed: 0, unreadable: 0, next_cursor: null as string | null };
  for (let n = 0; n < calls; n += 1) {
    const body: object = sum.next_cursor === null ? {} : { cursor: sum.next_cursor };
    const done = await operator.call<Rotated>("POST", "/api/key-rotation", body, { nonce: randomUUID() });
    expect(done.status, done.text).toBe(200);
    const { resealed, unreadable, key_id, next_cursor } = done.body;
    Object.assign(sum, {
      key_id,
      next_cursor,
      resealed: sum.resealed + resealed,
      unreadable: sum.unreadable + unreadable,
    });
    if (next_cursor === null) break;
  }
  return sum;
}

interface Traffic {
  /** Asks these replicas alone from now on; resolves when the others have answered what they were asked, as behind a load balancer. */
  turnTo(...replicas: Replica[]): Promise<void>;
  stop(): Promise<{ calls: number; failures: string[] }>;
}

/** What a tenant's people, backends and visitors do all the time, at these replicas in turn. */
function traffic(first: Replica[]): Traffic {
  const failures: string[] = [];
  let [calls, stopped, replicas] = [0, false, first];
  const asked = new Set<Promise<unknown>>();
  const owner = createBearerClient({ bases: ["-"], token: planted.ownerToken });
  const backend = createSignedClient({ bases: ["-"], key: planted.key.secret, keyId: planted.key.id });
  const visitor = createBearerClient({ bases: ["-"] });
  const loop = async (act: (base: string) => Promise<unknown>, pauseMs = 0): Promise<void> => {
    for (let n = 0; !stopped; n += 1) {
      const { url } = replicas[n % replicas.length] ?? {};
      if (url === undefined) throw new Error("there is always a replica");
      calls += 1;
      const asking = act(url).catch((error: unknown) => failures.push(String(error)));
      asked.add(asking);
      await asking;
      asked.delete(asking);
      await delay(pauseMs);
    }
  };
  const ok = async (answer: Promise<{ status: number; text: string }>): Promise<void> => {
    const { status, text } = await answer;
    if (status < 200 || status > 299) throw new Error(`${status} ${text}`);
  };
  const loops = [
    loop((base) => ok(owner.call("GET", "/api/agents/desk/versions/1", undefined, { base }))),
    loop((base) => ok(backend.call("GET", "/api/sessions?limit=1", undefined, { base, nonce: randomUUID() }))),
    loop(
      (base) => ok(visitor.call("POST", `/api/public/sessions/${planted.link.token}`, {}, { base })),
      VISITOR_PAUSE_MS,
    ),
    loop(async (base) => {
      const { response } = await say(visitor, planted.link.token, planted.sessionToken, "again", base);
      if (!response.includes("It said Bearer ••••.")) throw new Error(`the call has failed: ${response}`);
    }, VISITOR_PAUSE_MS),
  ];
  return {
    async turnTo(...others) {
      replicas = others;
      await Promise.all(asked);
    },
    async stop() {
      stopped = true;
      await Promise.all(loops);
      return { calls, failures };
    },
  };
}

describe("a change of the master key", () => {
  it("re-seals everything during traffic, and afterwards nothing needs the old key", async () => {
    // One replica after the other learns the new key before any seals with it.
    const knowing = await product.replica({ current: OLD, other: NEW });
    await first.stop();
    const next = await product.replica({ current: NEW, other: OLD });
    const load = traffic([knowing, next]);
    expect(await places(product.adminUrl, oldId)).toEqual(await everyPlace(product.adminUrl));

    // A pass that is cut off, and one that is begun again beside a replica that still seals with the old key.
    await rotate(next, 1);
    const pass = await rotate(next);
    expect(pass).toMatchObject({ key_id: newId, unreadable: 0 });
    await load.turnTo(next);
    await knowing.stop();
    expect(await rotate(next)).toMatchObject({ key_id: newId, unreadable: 0 });
    expect(await places(product.adminUrl, oldId)).toEqual([]);
    expect((await rotate(next)).resealed).toBe(0);

    const alone = await product.replica({ current: NEW });
    await load.turnTo(alone);
    await next.stop();
    const { calls, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(calls).toBeGreaterThan(20);
    const owner = createBearerClient({ bases: [alone.url], token: planted.ownerToken });
    // Old values are read without the old key: of documents, of links, of people; hashes match what was kept.
    const version = await owner.call("GET", "/api/agents/desk/versions/1");
    for (const name of ["header of a document", "webhook.auth of a document"])
      expect(version.text).toContain(planted.secrets.get(name));
    const memory = await owner.call("GET", "/api/agents/desk/memory/grace.hopper%40planted.example");
    expect(memory.body).toMatchObject({ notes: "Likes tea." });
    const policy = await owner.call("GET", "/api/agents/desk/access-policy");
    expect(policy.body).toMatchObject({
      notify_email: "boss@planted.example",
      allowed_emails: ["ada@planted.example"],
    });
    const people = await owner.call("GET", "/api/agents/desk/people");
    expect(people.body).toMatchObject({ notify: { emails: ["desk@planted.example"] } });
    const again = { "idempotency-key": "kept-sealed" };
    const body = { name: "Backend", scopes: ["chat", "read"] };
    const repeated = await owner.call("POST", "/api/keys", body, { headers: again });
    expect(repeated.body).toMatchObject({ secret: planted.key.secret });
    const visitor = createBearerClient({ bases: [alone.url] });
    const headers = { "idempotency-key": "kept-sealed-and-not-to-be-guessed" };
    const opened = await visitor.call("POST", `/api/public/sessions/${planted.link.token}`, {}, { headers });
    expect(opened.body).toMatchObject({ session_token: planted.sessionToken });
  });

  it("is open to operators of the installation only", async () => {
    const replica = await product.replica({ current: NEW });
    const owner = createBearerClient({ bases: [replica.url], token: planted.ownerToken });
    expect((await owner.call("POST", "/api/key-rotation", {})).status).toBe(403);
  });
});

const COLUMNS = `select format('%I.%I', table_name, column_name) as place, table_name, column_name
  from information_schema.columns c where table_schema = 'public'
    and (select relkind from pg_class where oid = format('public.%I', table_name)::regclass) in ('r', 'p')
  order by 1`;

/** The columns that hold something sealed under a key. */
const places = (adminUrl: string, keyId: string | undefined): Promise<string[]> =>
  withPostgresClient(adminUrl, async (owner) => {
    const found: string[] = [];
    for (const { place, table_name, column_name } of (await owner.query(COLUMNS)).rows) {
      const { rows } = await owner.query(
        `select from "${table_name}" where "${column_name}"::text ~ 'v1\\.${keyId}\\.' limit 1`,
      );
      if (rows.length > 0) found.push(String(place));
    }
    return found;
  });

/** Those that the rotation knows, with the one row of the installation itself. A column of the schema with such a name is among them. */
const everyPlace = (adminUrl: string): Promise<string[]> =>
  withPostgresClient(adminUrl, async (owner) => {
    const { rows } = await owner.query("select place_table || '.' || place_column as place from sealed_places()");
    const known = [...rows.map(({ place }) => String(place)), "installation_keys.sealed"];
    const named = (await owner.query(COLUMNS)).rows
      .filter(({ column_name }) => /(^|_)sealed$/.test(column_name) && column_name !== "secrets_sealed")
      .map(({ place }) => String(place));
    expect(known).toEqual(expect.arrayContaining(named));
    return known.sort();
  });

/** What a tenant has only in rare moments: written as the code that seals it would. */
async function plantByHand(adminUrl: string, tenantId: string): Promise<void> {
  const secrets = createSecrets(OLD);
  await withPostgresClient(adminUrl, async (owner) => {
    const one = async (text: string, values: unknown[]): Promise<string> =>
      String((await owner.query(text, values)).rows[0]?.id);
    const agent = await one("select id from agents where tenant_id = $1", [tenantId]);
    const conversation = await one("select id from text_conversations where tenant_id = $1 limit 1", [tenantId]);
    const request = randomUUID();
    await owner.query(
      `insert into agent_access_requests (id, tenant_id, agent_id, address_hash, address_sealed) values ($1, $2, $3, 'h', $4)`,
      [request, tenantId, agent, secrets.seal("eve@planted.example", `agent_access:${tenantId}:${agent}`)],
    );
    const [user, browser] = [randomUUID(), randomUUID()];
    await owner.query(
      "insert into users (id, tenant_id, email, role) values ($1, $2, 'mira@planted.example', 'operator')",
      [...[user, tenantId]],
    );
    await owner.query(
      `insert into push_subscriptions (id, tenant_id, user_id, endpoint_hash, host, subscription_sealed)
       values ($1, $2, $3, 'h', 'push.example.com', $4)`,
      [browser, tenantId, user, secrets.seal("{}", `push:${tenantId}:${browser}`)],
    );
    await owner.query("insert into demo_secrets (tenant_id, name, sealed) values ($1, 'owner-token', $2)", [
      ...[tenantId, secrets.seal("ak_x", `demo_secrets:${tenantId}:owner-token`)],
    ]);
    await owner.query("insert into audit_seals (tenant_id, seq, hash_sealed) values ($1, 999999, $2)", [
      ...[tenantId, secrets.seal("x", `audit:${tenantId}:999999`)],
    ]);
    await owner.query(
      `insert into agent_drafts (agent_id, author, revision, tenant_id, text_sealed, content_hash)
       values ($1, 'user:ada', 1, $2, $3, 'h')`,
      [agent, tenantId, secrets.seal("agent: {}", `agent-draft:${tenantId}:${agent}:user:ada`)],
    );
    const erasure = randomUUID();
    await owner.query(
      `insert into erasures (id, tenant_id, kind, subject_hash, subject_sealed, requested_by, next_at)
       values ($1, $2, 'session', 'h', $3, 'test', 'infinity')`,
      [erasure, tenantId, secrets.seal("x", `erasure:${tenantId}:${erasure}`)],
    );
    const escalation = randomUUID();
    await owner.query(
      `insert into escalations (id, tenant_id, conversation_id, status, source, resolved_at, answer_to)
       values ($1, $2, $3, 'resolved', 'workflow', now(), jsonb_build_object('sealed', $4::text))`,
      [escalation, tenantId, conversation, secrets.seal("v@planted.example", `answer:${escalation}`)],
    );
    for (const [kind, aad] of [
      ["mail", `people:${agent}`],
      ["answer", `answer:${escalation}`],
    ] as const)
      await owner.query(
        `insert into notices (tenant_id, escalation_id, kind, target, target_sealed, hint, status, ended_at)
         values ($1, $2, $3, 't', $4, 'h', 'sent', now())`,
        [tenantId, escalation, kind, secrets.seal("v@planted.example", aad)],
      );
    const { rows } = await owner.query<{ id: string }>("select id from alerts where tenant_id = $1", [tenantId]);
    await owner.query(
      `with firing as (
         insert into alert_firings (tenant_id, alert_id, subject, threshold) values ($1, $2, gen_random_uuid(), 1) returning id
       )
       insert into notices (tenant_id, firing_id, event, kind, target, target_sealed, hint, status, ended_at)
       select $1, id, 'fired', 'mail', 't', $3, 'h', 'sent', now() from firing`,
      [tenantId, rows[0]?.id, secrets.seal("v@planted.example", `alert:${rows[0]?.id}`)],
    );
  });
}
