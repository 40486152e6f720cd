import { randomUUID } from "node:crypto";
import { connectDb, type Db } from "@parley/db";
import { createLogger } from "@parley/observability";
import { type ApiClient, createBearerClient, eventually, PATIENT } from "@parley/testkit";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type Tenant } from "../cluster/owner.js";
import { CODE_OUTCOMES, CODES_TOUR, codesCommands, newCodesModel } from "./codes.js";
import { ESCALATION_OUTCOMES, ESCALATION_TOUR, type EscalationModel, escalationCommands, look } from "./escalations.js";
import { LINK_TOUR, type LinkCommand, type LinkModel, linkCommands, OUTCOMES } from "./links.js";

/** Another seed plays other games; more of them find rarer faults. */
const SEED = Number(process.env.PARLEY_TEST_SEED);
const GAMES = Number(process.env.MODELS_GAMES ?? 15);
/** Of those whose outcomes a written game meets already, and whose steps take longer. */
const FEWER = Math.ceil(GAMES / 3);
const MANY = String(1_000_000);

let cluster: Cluster;
let tenant: Tenant;
let db: Db;

beforeAll(async () => {
  cluster = await startCluster({
    shape: "standalone",
    env: {
      ...{ MODEL: "scripted-echo", LINKS_PER_CALLER_MAX: MANY, RATE_LIMIT_ADDRESS_PER_MINUTE: MANY },
      ...{ RATE_LIMIT_LINK_PER_MINUTE: MANY, RATE_LIMIT_TENANT_PER_MINUTE: MANY, RATE_LIMIT_GLOBAL_PER_MINUTE: MANY },
      RATE_LIMIT_VERIFY_PER_MINUTE: MANY,
      RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: MANY,
    },
  });
  tenant = await createTenant(cluster, "Models");
  await importAgent(tenant, "echo", ECHO);
  const logger = createLogger({ service: "test", level: "fatal" });
  db = connectDb({ ...PATIENT, url: cluster.database.url, name: "test", logger, max: 2 });
}, 90_000);
afterAll(async () => {
  await db?.close();
  await cluster?.close();
}, 60_000);

async function makeOperator(): Promise<{ id: string; client: ApiClient }> {
  const body = { name: "Desk", role: "operator" };
  const made = await tenant.owner.call<{ id: string; token: string }>("POST", "/api/tokens", body);
  return { id: made.body.id, client: createBearerClient({ bases: cluster.gateways, token: made.body.token }) };
}

describe("played against a model of a few lines", () => {
  it(`a link and its sessions are always in the state that the model says (seed ${SEED})`, async () => {
    const met = new Set<string>();
    const play = async (commands: Iterable<LinkCommand>): Promise<void> => {
      const limits = { max_sessions: 2, max_messages_per_session: 2, rate_limit_per_minute: 100, proof_of_work: "off" };
      const link = await createLink(tenant, "echo", { title: "Model", ...limits });
      const visitor = createBearerClient({ bases: cluster.gateways });
      const model: LinkModel = {
        ...{ isDeleted: false, isActive: true, isExpired: false },
        ...{ maxSessions: 2, maxMessages: 2, used: 0, sessions: [] },
      };
      await fc.asyncModelRun(() => ({ model, real: { tenant, visitor, link, tokens: [], met } }), commands);
    };
    await play(LINK_TOUR);
    await fc.assert(fc.asyncProperty(linkCommands, play), { seed: SEED, numRuns: GAMES });
    expect([...met].sort()).toEqual([...OUTCOMES].sort());
  }, 300_000);

  it(`a code opens its address once, while it is the newest, for ten minutes and five tries (seed ${SEED})`, async () => {
    const met = new Set<string>();
    const visitor = createBearerClient({ bases: cluster.gateways });
    const play = async (commands: Iterable<(typeof CODES_TOUR)[number]>): Promise<void> => {
      const limits = { max_sessions: 50, rate_limit_per_minute: 100, proof_of_work: "off", require_email: true };
      const [one, two] = [await createLink(tenant, "echo", limits), await createLink(tenant, "echo", limits)];
      const [ada, bob] = ["ada", "bob"].map((name) => `${name}.${randomUUID()}@example.com`);
      const subjects = [
        { linkId: one.id, token: one.token, email: String(ada), browser: randomUUID() },
        { linkId: one.id, token: one.token, email: String(bob), browser: randomUUID() },
        { linkId: two.id, token: two.token, email: String(ada), browser: randomUUID() },
        { linkId: one.id, token: one.token, email: String(ada), browser: randomUUID() },
      ];
      const model = newCodesModel();
      await fc.asyncModelRun(() => ({ model, real: { tenant, db, visitor, subjects, mailed: [], met } }), commands);
    };
    await play(CODES_TOUR);
    await fc.assert(fc.asyncProperty(codesCommands, play), { seed: SEED, numRuns: FEWER });
    expect([...met].sort()).toEqual([...CODE_OUTCOMES].sort());
  }, 300_000);

  it(`a conversation has one voice, and an escalation one operator until it is over (seed ${SEED})`, async () => {
    const met = new Set<string>();
    const operators = { Mira: await makeOperator(), Jo: await makeOperator() };
    const play = async (commands: Iterable<(typeof ESCALATION_TOUR)[number]>): Promise<void> => {
      const link = await createLink(tenant, "echo", { rate_limit_per_minute: 100, proof_of_work: "off" });
      const stranger = createBearerClient({ bases: cluster.gateways });
      const opened = await stranger.call("POST", `/api/public/sessions/${link.token}`, {});
      const visitor = createBearerClient({ bases: cluster.gateways, token: String(opened.body.session_token) });
      const sessionId = String(opened.body.session_id);
      const model: EscalationModel = {
        ...{ hasEnded: false, state: "none", operator: null, escalations: 0 },
        said: [["assistant", "Welcome.", null]],
      };
      const real = { tenant, visitor, link, sessionId, operators, id: null, met };
      // A session is there before its first words are.
      await eventually(() => look(model, real));
      await fc.asyncModelRun(() => ({ model, real }), commands);
      await look(model, real);
    };
    await play(ESCALATION_TOUR);
    await fc.assert(fc.asyncProperty(escalationCommands, play), { seed: SEED, numRuns: FEWER });
    expect([...met].sort()).toEqual([...ESCALATION_OUTCOMES].sort());
  }, 300_000);
});
