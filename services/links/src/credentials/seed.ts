import { AppError, getAgent, importAgent, newId, type Principal } from "@parley/contracts";
import { sql } from "@parley/db";
import { parseToken } from "@parley/secrets";
import type { LinksDeps } from "../deps.js";
import { createLink } from "../links/create-link.js";
import { findSecret, keepSecret } from "./demo-secrets.js";
import { insertToken, linkByTokenId } from "./repository.js";
import { verifyToken } from "./verify-token.js";

/** Fixed, so that every replica that seeds finds the same tenant. */
export const DEMO_TENANT_ID = "00000000-0000-4000-8000-00000000d3e0";

export interface DemoAgent {
  slug: string;
  /** Agent document, or its text (JSON or YAML). */
  document: unknown;
  /** Body of the demo link as in `POST …/public-links`. */
  link: Record<string, unknown>;
  /** Links of another kind are kept in addition to existing ones. */
  linkKind?: string;
}

export interface DemoSeed {
  tenantId: string;
  adminToken: string;
  agents: { id: string; name: string; slug: string; version: number | null }[];
  links: { agent: string; id: string; token: string }[];
}

/**
 * Ensures that a demo tenant, an owner token, the given agents and one link for each exist, and returns their secrets.
 * Idempotent: existing objects are kept, even if their owner changed them; a deleted token or link is recreated.
 * Several processes may call it at once. Needs agent-runner on the bus. Throws what the bus and the database throw.
 */
export async function seedDemo(deps: LinksDeps, demo: { tenantName?: string; agents: DemoAgent[] }): Promise<DemoSeed> {
  const tenantId = DEMO_TENANT_ID;
  const principal: Principal = { tenantId, role: "owner", via: "token", id: "demo" };
  await deps.db.tenant(tenantId, (trx) =>
    sql`insert into tenants (id, name) values (${tenantId}, ${demo.tenantName ?? "Demo"}) on conflict do nothing`.execute(
      trx,
    ),
  );
  const seed: DemoSeed = { tenantId, adminToken: await ensureOwnerToken(deps), agents: [], links: [] };
  for (const item of demo.agents) {
    const agent = await ensureAgent(deps, principal, item);
    seed.agents.push({ id: agent.id, name: agent.name, slug: agent.slug, version: agent.active_version });
    seed.links.push({ agent: agent.slug, ...(await ensureLink(deps, principal, { agentId: agent.id, item })) });
  }
  return seed;
}

/** False when the demo's secret was sealed under another master key: then no sealed value can be opened any more. */
export async function masterKeyFits(deps: Pick<LinksDeps, "db" | "secrets" | "logger">): Promise<boolean> {
  const name = "owner-token";
  const sealed = await deps.db.tenant(DEMO_TENANT_ID, (trx) => findSecret(trx, name));
  return sealed === null || openOrNull(deps, sealed, name) !== null;
}

const aadOf = (name: string): string => `demo_secrets:${DEMO_TENANT_ID}:${name}`;

/** The secret stored under a name if it still works; otherwise a new one, created and stored by one caller at a time. */
async function ensureSecret(
  deps: LinksDeps,
  name: string,
  work: { works(secret: string): Promise<boolean>; make(): Promise<string> },
): Promise<string> {
  return deps.db.tenant(DEMO_TENANT_ID, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext(${aadOf(name)}))`.execute(trx);
    const sealed = await findSecret(trx, name);
    const known = sealed === null ? null : openOrNull(deps, sealed, name);
    if (known !== null && (await work.works(known))) return known;
    const secret = await work.make();
    await keepSecret(trx, { tenantId: DEMO_TENANT_ID, name }, deps.secrets.seal(secret, aadOf(name)));
    return secret;
  });
}

/** Null when the master key was changed, which invalidates every token anyway. */
function openOrNull(deps: Pick<LinksDeps, "secrets" | "logger">, sealed: string, name: string): string | null {
  try {
    return deps.secrets.open(sealed, aadOf(name));
  } catch (error) {
    deps.logger.warn({ err: error, name }, "demo.secret_unreadable");
    return null;
  }
}

const ensureOwnerToken = (deps: LinksDeps): Promise<string> =>
  ensureSecret(deps, "owner-token", {
    works: async (token) => (await verifyToken(deps)({ token })).principal !== null,
    make: async () => {
      const { id: tokenId, hash, hint, token } = deps.secrets.issue("api");
      await deps.db.tenant(DEMO_TENANT_ID, (trx) =>
        insertToken(trx, {
          id: newId(),
          tenantId: DEMO_TENANT_ID,
          tokenId,
          hash,
          hint,
          name: "Demo owner",
          role: "owner",
        }),
      );
      return token;
    },
  });

async function ensureAgent(deps: LinksDeps, principal: Principal, item: DemoAgent) {
  try {
    return (await deps.bus.call(getAgent, { principal, agent: item.slug })).agent;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "agent_not_found") throw error;
  }
  const document = item.document;
  await deps.bus.call(importAgent, {
    principal,
    agent: item.slug,
    document,
    dryRun: false,
    activate: true,
    notes: "Demo",
  });
  return (await deps.bus.call(getAgent, { principal, agent: item.slug })).agent;
}

async function ensureLink(
  deps: LinksDeps,
  principal: Principal,
  of: { agentId: string; item: DemoAgent },
): Promise<{ id: string; token: string }> {
  const find = async (token: string) => {
    const parsed = parseToken("link", token);
    return parsed === null ? null : linkByTokenId(deps.db, parsed.id);
  };
  const token = await ensureSecret(deps, `link:${of.agentId}${of.item.linkKind ?? ""}`, {
    works: async (known) => (await find(known)) !== null,
    make: async () => (await createLink(deps)({ principal, agent: of.agentId, body: of.item.link })).token,
  });
  const link = await find(token);
  if (link === null) throw new AppError("conflict", { internal: "a demo link was deleted while it was seeded" });
  return { id: link.id, token };
}
