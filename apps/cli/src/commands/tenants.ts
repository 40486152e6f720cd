import { newId } from "@parley/client";
import { EXIT, type Io } from "../io.js";
import { printJson, printLine, printTable } from "../report.js";
import { type Globals, operatorTransport } from "../settings.js";
import { readAll } from "./read-all.js";

interface Tenant {
  id: string;
  name: string;
  created_at: string;
  suspended_at: string | null;
}

const PATH = "/api/tenants";

/** All tenants of the installation, newest first. Needs the operator's key, like everything here. */
export async function listTenants(io: Io, options: Globals): Promise<number> {
  const data = await readAll<Tenant>(operatorTransport(io, options), { path: PATH, signal: io.signal });
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map((one) => [one.id, one.suspended_at ? "suspended" : "active", one.created_at, one.name]);
    printTable(io, ["ID", "STATUS", "CREATED", "NAME"], rows);
  }
  return EXIT.ok;
}

/** Creates a tenant; the token of its first owner is shown only here. Retries after network failures use one idempotency key. */
export async function createTenant(io: Io, options: Globals & { name: string }): Promise<number> {
  const headers = { "idempotency-key": newId() };
  const call = { method: "POST" as const, path: PATH, body: { name: options.name }, headers, signal: io.signal };
  const made = await operatorTransport(io, options).json<{ id: string; admin_token: string }>(call);
  if (options.json) printJson(io, made);
  else {
    printLine(io, `PARLEY_TENANT=${made.id}`);
    printLine(io, `PARLEY_TOKEN=${made.admin_token}`);
  }
  return EXIT.ok;
}

/** Suspends a tenant, or reinstates it. Idempotent by state. */
export async function suspendTenant(io: Io, id: string, suspended: boolean, options: Globals): Promise<number> {
  const path = `${PATH}/${encodeURIComponent(id)}`;
  const call = { method: "PATCH" as const, path, body: { suspended }, signal: io.signal };
  const tenant = await operatorTransport(io, options).json<Tenant>(call);
  if (options.json) printJson(io, tenant);
  else if (tenant.suspended_at) printLine(io, `${tenant.name} is suspended; its running conversations have ended`);
  else printLine(io, `${tenant.name} works; conversations that the suspension ended stay ended`);
  return EXIT.ok;
}
