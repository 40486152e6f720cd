import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { newId, ParleyError, type Transport } from "@parley/client";
import { inTenant } from "../in-tenant.js";
import { installed } from "../installed.js";
import { EXIT, type Io, usageError } from "../io.js";
import { printJson, printLine } from "../report.js";
import { type Globals, operatorTransport, tenantOf } from "../settings.js";
import { readAll } from "./read-all.js";

interface Seeded {
  slug: string;
  agent: "created" | "kept";
  link: "created" | "kept";
  url: string | null;
}

const TITLE = "Demo";

/**
 * Adds the demo agents to a tenant of a running installation, each with one open link. Idempotent: existing ones are kept, even when their
 * owner has changed them. With `newTenant` to the tenant of that name, whatever PARLEY_TENANT says; if there is none, it is created, and
 * its token shown.
 */
export async function seed(io: Io, options: Globals & { newTenant?: string }): Promise<number> {
  const folder = installed("examples/agents");
  const operator = operatorTransport(io, options);
  const tenant = options.newTenant === undefined ? null : await ensureTenant(io, operator, options.newTenant);
  if (tenant === null && tenantOf(io, options) === undefined && !io.env.PARLEY_TOKEN)
    throw usageError("Name the tenant: -t <id> or PARLEY_TENANT, or make one with --new-tenant <name>.");
  const there = inTenant(operator, tenant?.id ?? tenantOf(io, options));
  const seeded: Seeded[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".json")).sort()) {
    const slug = file.slice(0, -".json".length);
    const agent = await ensureAgent(io, there, slug, join(folder, file));
    seeded.push({ slug, agent, ...(await ensureLink(io, there, slug)) });
  }
  if (options.json) printJson(io, { ...(tenant === null ? {} : { tenant }), agents: seeded });
  else {
    if (tenant !== null) printLine(io, `PARLEY_TENANT=${tenant.id}`);
    if (tenant?.admin_token !== undefined) printLine(io, `PARLEY_TOKEN=${tenant.admin_token}`);
    for (const { slug, agent, link, url } of seeded)
      printLine(io, `${slug}: agent ${agent}, link ${link}${url === null ? "" : ` ${url}`}`);
  }
  return EXIT.ok;
}

interface Tenant {
  id: string;
  /** Shown once, on creation. */
  admin_token?: string;
}

async function ensureTenant(io: Io, transport: Transport, name: string): Promise<Tenant> {
  const tenants = await readAll<Tenant & { name: string }>(transport, { path: "/api/tenants", signal: io.signal });
  const known = tenants.find((tenant) => tenant.name === name);
  if (known !== undefined) return { id: known.id };
  const call = { method: "POST" as const, path: "/api/tenants", body: { name }, repeatable: false, signal: io.signal };
  return transport.json<Tenant>(call);
}

async function ensureAgent(io: Io, transport: Transport, slug: string, file: string): Promise<Seeded["agent"]> {
  const { signal } = io;
  try {
    await transport.json({ method: "GET", path: `/api/agents/${slug}`, signal });
    return "kept";
  } catch (error) {
    if (!(error instanceof ParleyError && error.code === "agent_not_found")) throw error;
  }
  const document: unknown = JSON.parse(await readFile(file, "utf8"));
  const body = { document, activate: true, notes: TITLE };
  const call = { method: "POST" as const, path: `/api/agents/${slug}/import`, body, signal };
  await transport.json({ ...call, repeatable: false });
  return "created";
}

async function ensureLink(io: Io, transport: Transport, slug: string): Promise<Pick<Seeded, "link" | "url">> {
  const path = `/api/agents/${slug}/public-links`;
  const links = await readAll<{ status: string }>(transport, { path, signal: io.signal });
  // Its address was shown on creation, and is not shown again.
  if (links.some(({ status }) => status === "active")) return { link: "kept", url: null };
  const body = { title: TITLE, max_sessions: 10_000, rate_limit_per_minute: 60, expires_in_hours: null };
  const headers = { "idempotency-key": newId() };
  const made = await transport.json<{ url: string }>({ method: "POST", path, body, headers, signal: io.signal });
  return { link: "created", url: made.url };
}
