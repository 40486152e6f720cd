import { newId } from "@parley/client";
import { EXIT, type Io } from "../io.js";
import { printFields, printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

/** What a rule can watch. */
export const KINDS = [
  "budget_spent",
  "budget_used_up",
  "failed_turns",
  "failed_turn_rate",
  "waiting_time",
  "webhook_failing",
  "rating_below",
  "security_events",
  "dead_letters",
];

interface AlertShown {
  id: string;
  name: string | null;
  kind: string;
  threshold: number;
  window_hours: number | null;
  is_active: boolean;
  firing: number;
}

interface FiringShown {
  id: string;
  cause: string;
  value: number | null;
  threshold: number;
  fired_at: string;
  recovered_at: string | null;
  told: { event: string; kind: string; target: string; status: string; outcome: string | null }[];
}

export interface AlertOptions extends Globals {
  name?: string;
  agent?: string;
  link?: string;
  allTenants?: true;
  threshold?: number;
  windowHours?: number;
  recovery?: boolean;
  mail?: string[];
  chat?: string[];
  active?: boolean;
}

const at = (id?: string, ...more: string[]): string =>
  ["/api/alerts", ...(id === undefined ? [] : [encodeURIComponent(id)]), ...more].join("/");

function bodyOf(options: AlertOptions): Record<string, unknown> {
  const { mail: emails, chat: chat_urls } = options;
  return {
    name: options.name,
    threshold: options.threshold,
    window_hours: options.windowHours,
    tell_recovery: options.recovery,
    ...((emails ?? chat_urls) && { notify: { emails, chat_urls } }),
  };
}

function show(io: Io, shown: AlertShown, { json }: Globals): number {
  if (json) printJson(io, shown);
  else
    printFields(io, {
      alert: shown.id,
      kind: shown.kind,
      threshold: String(shown.threshold),
      state: stateOf(shown),
    });
  return EXIT.ok;
}

const stateOf = ({ is_active, firing }: AlertShown): string => {
  if (!is_active) return "off";
  return firing > 0 ? `firing (${firing})` : "quiet";
};

/** Rules of the tenant, newest first. */
export async function listAlerts(io: Io, options: Globals): Promise<number> {
  const data = await readAll<AlertShown>(ownerTransport(io, options), { path: at(), signal: io.signal });
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map((one) => [one.id, stateOf(one), one.kind, String(one.threshold), one.name ?? ""]);
    printTable(io, ["ID", "STATE", "KIND", "THRESHOLD", "NAME"], rows);
  }
  return EXIT.ok;
}

/** One rule. */
export async function showAlert(io: Io, id: string, options: Globals): Promise<number> {
  const call = { method: "GET" as const, path: at(id), signal: io.signal };
  return show(io, await ownerTransport(io, options).json<AlertShown>(call), options);
}

/** Creates a rule. */
export async function createAlert(io: Io, kind: string, options: AlertOptions): Promise<number> {
  const { agent, link: link_id, allTenants: all_tenants } = options;
  const body = { kind, agent, link_id, all_tenants, ...bodyOf(options) };
  const call = { method: "POST" as const, path: at(), headers: { "idempotency-key": newId() }, body };
  return show(io, await ownerTransport(io, options).json<AlertShown>({ ...call, signal: io.signal }), options);
}

/** Changes the given fields. */
export async function updateAlert(io: Io, id: string, options: AlertOptions): Promise<number> {
  const body = { ...bodyOf(options), is_active: options.active };
  const call = { method: "PATCH" as const, path: at(id), body, signal: io.signal };
  return show(io, await ownerTransport(io, options).json<AlertShown>(call), options);
}

/** Sends a test to all recipients. */
export async function testAlert(io: Io, id: string, options: Globals): Promise<number> {
  const call = { method: "POST" as const, path: at(id, "test"), headers: { "idempotency-key": newId() } };
  const firing = await ownerTransport(io, options).json<FiringShown>({ ...call, signal: io.signal });
  if (options.json) printJson(io, firing);
  else printLine(io, `${firing.told.length} told; \`parley alerts firings ${id}\` says how it went.`);
  return EXIT.ok;
}

/** Crossings and who was notified of them, newest first. */
export async function listFirings(io: Io, id: string, options: Globals & { limit: number }): Promise<number> {
  const list = { path: at(id, "firings"), limit: options.limit, signal: io.signal };
  const data = await readAll<FiringShown>(ownerTransport(io, options), list);
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map(({ told, ...one }) => [
      ...[one.fired_at, one.cause, String(one.value ?? ""), String(one.threshold), one.recovered_at ?? ""],
      told.map(({ event, kind, status, outcome }) => `${event} ${kind} ${outcome ?? status}`).join(", "),
    ]);
    printTable(io, ["FIRED", "CAUSE", "VALUE", "THRESHOLD", "RECOVERED", "TOLD"], rows);
  }
  return EXIT.ok;
}

/** Deletes a rule with its history. */
export async function deleteAlert(io: Io, id: string, options: Globals): Promise<number> {
  const answer = await ownerTransport(io, options).json({ method: "DELETE", path: at(id), signal: io.signal });
  if (options.json) printJson(io, answer);
  else printLine(io, "deleted");
  return EXIT.ok;
}
