import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { hostileSegments, spoiledBodies } from "./hostile.js";
import { faultsOf } from "./judge.js";
import { type Operation, operationsOf } from "./operations.js";
import { type Outgoing, type Received, send, signature } from "./send.js";
import { valuesOf } from "./values.js";
import { createWorld, DRAFT, EMAIL, SECRET, type Stage, scheduleOf, TEMPLATE, type World } from "./world.js";

/** Another seed sends other requests; more rounds send more of them. */
const SEED = Number(process.env.PARLEY_TEST_SEED);
const ROUNDS = Number(process.env.FUZZ_ROUNDS ?? 1);
const MANY = String(1_000_000);

let cluster: Cluster;
let world: World;
let operations: Operation[];

beforeAll(async () => {
  cluster = await startCluster({
    shape: "standalone",
    env: {
      ...{ ALLOW_TEST_HOOKS: "1", MODEL: "scripted-echo", LINKS_PER_CALLER_MAX: MANY },
      ...{ RATE_LIMIT_ADDRESS_PER_MINUTE: MANY, RATE_LIMIT_LINK_PER_MINUTE: MANY, RATE_LIMIT_TENANT_PER_MINUTE: MANY },
      ...{
        RATE_LIMIT_GLOBAL_PER_MINUTE: MANY,
        RATE_LIMIT_VERIFY_PER_MINUTE: MANY,
        RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: MANY,
      },
    },
  });
  world = await createWorld(cluster);
  const described = await fetch(`${cluster.gateways[0]}/openapi.json`);
  operations = operationsOf((await described.json()) as Parameters<typeof operationsOf>[0]);
}, 120_000);
afterAll(() => cluster?.close(), 60_000);

const DOCUMENT = { document: ECHO };
/** Bodies whose meaning no schema tells: documents of agents, names of operators, tokens, addresses. */
const GOOD: Record<string, (stage: Stage) => object> = {
  "POST /api/chat/sessions": ({ place }) => ({ tenant_id: world.tenant.id, agent_id: place("agent") }),
  "POST /api/agents/validate": () => DOCUMENT,
  "POST /api/agents/bulk-import": () => ({ documents: [ECHO] }),
  "POST /api/agents/{agent}/versions": () => DOCUMENT,
  "POST /api/agents/{agent}/import": () => DOCUMENT,
  "POST /api/agents/{agent}/try": () => ({ steps: [{ say: "Hello" }] }),
  "PUT /api/agents/{agent}/drafts/me": () => DRAFT,
  "POST /api/agents/{agent}/drafts/me/publish": () => ({ revision: 1 }),
  "POST /api/webhooks": () => ({ url: "https://hooks.example/parley", events: ["session.ended"] }),
  "POST /api/sessions/{id}/replay": () => ({ version: 1 }),
  "POST /api/sessions/{id}/files": () => ({ name: "note.txt", content: "SGVsbG8=" }),
  "POST /api/escalations/{id}/transfer": () => ({ operator: "Grace" }),
  "POST /chat/conversations": ({ place }) => ({ link: place("link") }),
  "POST /chat/{conversation_id}/messages": () => ({ content: "Hello" }),
  "POST /api/alerts": () => ({ kind: "failed_turns", threshold: 5 }),
  "PATCH /api/alerts/{id}": () => ({ threshold: 7, tell_recovery: true }),
  "POST /api/saved-replies": ({ place }) => ({ key: place("key").slice(0, 8), content: "Hello" }),
  "PATCH /api/saved-replies/{id}": () => ({ content: "Hello again" }),
  "POST /api/schedules": ({ place }) => scheduleOf(place("agent")),
  "PATCH /api/schedules/{id}": () => ({ cron: "@monthly" }),
  "PUT /api/message-templates/{name}": () => TEMPLATE,
  "POST /api/suppressions": () => ({ address: EMAIL }),
  "POST /api/users": () => ({ email: EMAIL, role: "viewer" }),
  "POST /api/agents/{agent}/public-links/{id}/deliveries/{delivery}/resend": () => ({
    to: "not_opened",
    dry_run: true,
  }),
  "POST /api/agents/{agent}/public-links/{id}/send": () => ({ channel: "email", recipients: [{ address: EMAIL }] }),
  "POST /api/agents/{agent}/secrets": () => ({ name: "crm", ...SECRET }),
  "PUT /api/agents/{agent}/secrets/{secret}": () => SECRET,
  "PUT /api/agents/{agent}/memory/{email}": () => ({ notes: "Prefers mornings." }),
  "PUT /api/sessions/{id}/review": () => ({ verdict: "wrong", turn: 1, expected: "Hello" }),
  "POST /api/privacy/export": () => ({ email: EMAIL }),
  "POST /api/privacy/erasure": () => ({ email: "nobody@example.com" }),
  "POST /api/public/verify/request": ({ place }) => ({ token: place("token"), email: EMAIL }),
  "POST /api/public/verify/confirm": ({ place }) => ({ token: place("token"), email: EMAIL, code: "000000" }),
};

/**
 * What no made-up request reaches: these need a file as multipart, a mailed code, a message that failed five times or a page of ours, and have
 * suites of their own. Everything else must answer well at least once, or the fuzzer would only be refused.
 */
const NEVER_WELL = [
  "GET /api/public/files/{token}/{file_id}",
  "POST /api/public/files/{token}",
  "GET /api/dead-letters/{id}",
  "POST /api/dead-letters/{id}/replay",
  "POST /api/agents/{agent}/access-requests/{id}/approve",
  "POST /api/agents/{agent}/access-requests/{id}/deny",
  "GET /api/sessions/{id}/files/{file_id}",
  // A tenant that wants nonces would refuse the signed calls of all other operations.
  "PATCH /api/tenants/{id}",
  "DELETE /api/dead-letters/{id}",
  "GET /ws/chat/{conversation_id}/{user_id}",
  // For pages of this server alone, which say so by headers that no description asks for.
  "POST /api/public/resume-handle/{token}",
  "POST /api/public/resume/{token}",
  "DELETE /api/public/resume/{token}",
  // For browsers of people who manage, which send a cookie and where they come from.
  "POST /api/sign-in/links",
  "POST /api/sign-in/sessions",
  "POST /api/sign-in/end",
  "DELETE /api/users/me/sessions/{id}",
  "GET /api/push-subscriptions",
  "PUT /api/push-subscriptions",
  "DELETE /api/push-subscriptions/{id}",
  // Where an identity provider is set up.
  "GET /api/sign-in/oidc",
  "GET /api/sign-in/oidc/callback",
  "GET /api/sign-in/oidc/tenants",
  "POST /api/sign-in/oidc/sessions",
  // No schema tells that its query must be an address.
  "GET /api/privacy/export",
  // Only where a memory was changed before.
  "POST /api/agents/{agent}/memory/{email}/undo",
  // Only of a delivery that tells who opened it, and once its messages have arrived.
  "POST /api/agents/{agent}/public-links/{id}/deliveries/{delivery}/resend",
  // Only while a visitor waits for a person.
  "POST /api/public/escalate/{token}/choice",
];

interface Sample extends Outgoing {
  kind: string;
}

const nameOf = ({ method, path }: Operation): string => `${method} ${path}`;

/** Good requests are the same in each run: whether every operation answers one of them well must not be left to chance. */
const GOOD_SEED = 20260701;

/** The requests for one operation, the same ones for the same seed. */
function samplesOf(operation: Operation, stage: Stage): Sample[] {
  const seed = SEED ^ [...nameOf(operation)].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7);
  const draw = <T>(values: fc.Arbitrary<T>, count: number, from = seed): T[] =>
    fc.sample(values, { seed: from, numRuns: count * ROUNDS });
  const good = GOOD[nameOf(operation)];
  const bodies = good ? fc.constant(good(stage)) : operation.body === null ? null : valuesOf(operation.body);
  const written = bodies?.map((body) => JSON.stringify(body)) ?? fc.constant(null);
  const path = pathOf(operation, (name) => stage.place(name));
  const base = { method: operation.method, path, headers: {} };
  const samples: Sample[] = draw(written, 6, GOOD_SEED).map((body) => ({ ...base, kind: "good", body }));
  const queries = operation.parameters.filter((one) => one.in === "query" && one.name !== "tenant_id");
  if (queries.length > 0)
    for (const query of draw(fc.tuple(...queries.map(({ schema }) => valuesOf(schema))), 4)) {
      const search = new URLSearchParams(
        query.map((value, at): [string, string] => [queries[at]?.name ?? "", String(value)]),
      );
      samples.push({ ...base, kind: "query", path: `${path}?${search}`, body: draw(written, 1)[0] ?? null });
    }
  if (bodies !== null)
    for (const body of draw(spoiledBodies(bodies), 10)) samples.push({ ...base, kind: "spoiled body", body });
  for (const segment of draw(hostileSegments, 4)) {
    const body = draw(written, 1)[0] ?? null;
    samples.push({ ...base, kind: "hostile path", path: pathOf(operation, () => segment), body });
    for (const { name } of [...queries, { name: "unexpected" }])
      samples.push({ ...base, kind: "hostile query", path: `${path}?${name}=${segment}`, body });
  }
  return samples;
}

const pathOf = ({ path }: Operation, place: (name: string) => string): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => place(name));

function credentials(operation: Operation, stage: Stage, request: Sample): Record<string, string> {
  if (operation.by === "link") return { authorization: `Bearer ${stage.sessionToken}` };
  // Tenants and keys are the business of whoever runs the installation.
  if (/^\/api\/(tenants|key-rotation)/.test(operation.path)) return signature(cluster.apiKey, request);
  if (operation.by === "token") return { authorization: `Bearer ${world.tenant.ownerToken}` };
  if (operation.by === "nobody") return {};
  return signature(cluster.apiKey, request);
}

interface Tally {
  faults: string[];
  well: number;
  refused: number;
  sent: number;
}

async function play(operation: Operation): Promise<Tally> {
  const stage = await world.stage(operation);
  const tally: Tally = { faults: [], well: 0, refused: 0, sent: 0 };
  for (const sample of samplesOf(operation, stage)) {
    const json: Record<string, string> = sample.body === null ? {} : { "content-type": "application/json" };
    const answer = await send(cluster.gateways[0], {
      ...sample,
      headers: { ...json, ...credentials(operation, stage, sample) },
    });
    tally.sent += 1;
    if (answer.status < 300) tally.well += 1;
    else tally.refused += 1;
    tally.faults.push(...report(operation, sample, answer));
  }
  // One request for each kind of fault is enough to repeat it.
  tally.faults = [...new Map(tally.faults.map((line) => [line.split(":")[0], line])).values()];
  return tally;
}

const report = (operation: Operation, sample: Sample, answer: Received): string[] =>
  faultsOf(operation, answer).map((fault) => {
    const body = sample.body === null ? "" : ` ${sample.body.toString().slice(0, 300)}`;
    return `${fault}: ${sample.method} ${sample.path.slice(0, 200)}${body} -> ${answer.status} ${answer.text.slice(0, 300)}`;
  });

describe("every operation of the OpenAPI description, with valid, corrupted and hostile requests", () => {
  it(`answers as described, never with 5xx, tells nothing of the inside and echoes nothing (seed ${SEED})`, async () => {
    const tallies = new Map<string, Tally>();
    for (const operation of operations) tallies.set(nameOf(operation), await play(operation));
    const named = (when: (tally: Tally) => boolean) =>
      [...tallies]
        .filter(([, one]) => when(one))
        .map(([name]) => name)
        .sort();
    expect({
      faults: [...tallies.values()].flatMap(({ faults }) => faults),
      neverWell: named(({ well }) => well === 0),
      neverRefused: named(({ refused }) => refused === 0),
    }).toEqual({
      faults: [],
      neverWell: NEVER_WELL.toSorted(),
      neverRefused: ["GET /api/sign-in/options", "GET /health", "GET /healthz", "GET /readyz"],
    });
  }, 600_000);
});
