import { createBearerClient } from "@parley/testkit";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type Tenant } from "../cluster/owner.js";
import { type LinkModel, linkCommands, OUTCOMES } from "./links.js";

/** Another seed plays other games; more of them find rarer faults. */
const SEED = Number(process.env.MODELS_SEED ?? 20_260_701);
const GAMES = Number(process.env.MODELS_GAMES ?? 15);
const MANY = String(1_000_000);

let cluster: Cluster;
let tenant: Tenant;

beforeAll(async () => {
  cluster = await startCluster({
    shape: "standalone",
    env: {
      ...{ MODEL: "scripted-echo", LINKS_PER_CALLER_MAX: MANY, RATE_LIMIT_ADDRESS_PER_MINUTE: MANY },
      ...{ RATE_LIMIT_LINK_PER_MINUTE: MANY, RATE_LIMIT_TENANT_PER_MINUTE: MANY, RATE_LIMIT_GLOBAL_PER_MINUTE: MANY },
    },
  });
  tenant = await createTenant(cluster, "Models");
  await importAgent(tenant, "echo", ECHO);
}, 90_000);
afterAll(() => cluster?.close(), 60_000);

describe("played against a model of a few lines", () => {
  it(`a link and its sessions are always in the state that the model says (seed ${SEED})`, async () => {
    const met = new Set<string>();
    const game = fc.asyncProperty(linkCommands, async (commands) => {
      const limits = { max_sessions: 2, max_messages_per_session: 2, rate_limit_per_minute: 100, proof_of_work: "off" };
      const link = await createLink(tenant, "echo", { title: "Model", ...limits });
      const visitor = createBearerClient({ bases: cluster.gateways });
      const model: LinkModel = {
        ...{ isDeleted: false, isActive: true, isExpired: false },
        ...{ maxSessions: 2, maxMessages: 2, used: 0, sessions: [] },
      };
      await fc.asyncModelRun(() => ({ model, real: { tenant, visitor, link, tokens: [], met } }), commands);
    });
    await fc.assert(game, { seed: SEED, numRuns: GAMES });
    expect([...met].sort()).toEqual([...OUTCOMES].sort());
  }, 300_000);
});
