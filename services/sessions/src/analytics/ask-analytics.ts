import { type AnalyticsBy, AppError, type askAnalytics as contract, requireRole, tenantOf } from "@parley/contracts";
import type { Transaction } from "@parley/db";
import type { z } from "zod";
import type { SessionsDeps } from "../deps.js";
import { daysBetween, hoursBetween } from "./days.js";
import { Numbers } from "./numbers.js";
import { QUESTIONS } from "./questions.js";
import { findAgent, MAX_GROUPS, readLabels, readSums, type Sum } from "./rollups.js";

type Request = z.output<typeof contract.request>;
type Row = z.input<typeof contract.response>["rows"][number];

/** Maximum rows of one answer, to stay below the bus's message size limit. */
const MAX_ROWS = 2_000;

/** Numbers of the caller's tenant from the rollups. A read. Throws `agent_not_found`. */
export const askAnalytics =
  ({ db }: Pick<SessionsDeps, "db">) =>
  (request: Request): Promise<z.input<typeof contract.response>> => {
    requireRole(request.principal, "viewer");
    return db.tenant(tenantOf(request.principal), (trx) => answer(trx, request));
  };

async function answer(trx: Transaction, request: Request): Promise<z.input<typeof contract.response>> {
  const { question, by, from, to, linkId = null, version = null, channel = null } = request;
  const { families, perAgent = false, whole, rows: rowsOf } = QUESTIONS[question];
  const agentId = await agentOf(trx, request.agent);
  // Groups that are shown completely have few names; of the others only what fits is read.
  const limit = MAX_ROWS * (whole ? 50 : 5);
  const sums = await readSums(trx, { families, by, from, to, agentId, linkId, version, channel, perAgent, limit });
  const groups = groupsOf(sums, { by, from, to, whole });
  const shown = by === "day" || by === "hour" ? groups : new Map([...groups].slice(0, MAX_GROUPS));
  const labels = await readLabels(trx, by, [...shown.keys()]);
  const unknownOpened = question === "funnel" && (by === "version" || version !== null);
  const rows = [...shown].flatMap(([group, numbers]) =>
    rowsOf(numbers).map((row): Row => {
      const labelled = { group, label: labels.get(group) || null, ...row };
      return unknownOpened ? { ...labelled, opened: null } : labelled;
    }),
  );
  return {
    from,
    to,
    by,
    truncated: groups.size > shown.size || rows.length > MAX_ROWS || sums.length === limit,
    rows: rows.slice(0, MAX_ROWS),
  };
}

/** Throws `agent_not_found`. */
export async function agentOf(trx: Transaction, agent: string | undefined): Promise<string | null> {
  if (agent === undefined) return null;
  const id = await findAgent(trx, agent);
  if (id === null) throw new AppError("agent_not_found");
  return id;
}

const NIL = "00000000-0000-0000-0000-000000000000";

/** The sums by group: days and hours in order, including empty ones; others by their first number. */
function groupsOf(
  sums: readonly Sum[],
  { by, from, to, whole }: { by: AnalyticsBy; from: string; to: string; whole: boolean },
): Map<string, Numbers> {
  const groups = new Map<string, Numbers>();
  for (const group of whole ? everyGroup(by, from, to) : []) groups.set(group, new Numbers());
  for (const sum of sums) {
    // Sums without an agent, or without a link, do not form a group there.
    if (sum.group.startsWith(NIL)) continue;
    const numbers = groups.get(sum.group) ?? new Numbers();
    numbers.add(sum);
    groups.set(sum.group, numbers);
  }
  return groups;
}

function everyGroup(by: AnalyticsBy, from: string, to: string): string[] {
  if (by === "day") return daysBetween(from, to);
  if (by === "hour") return hoursBetween(from, to);
  return by === "total" ? ["total"] : [];
}
