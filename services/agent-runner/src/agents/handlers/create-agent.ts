import { AppError, type createAgent as contract, newId, requireRole, tenantOf } from "@parley/contracts";
import { once } from "@parley/db";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import {
  type AgentRow,
  insertAgent,
  isNameTaken,
  lockNames,
  type TenantTransaction,
  viewOf,
} from "../repository/agents.js";
import { slugChoice, slugOf } from "../slug.js";

/** Different names may share a slug (all names without Latin letters do); the next free number is appended. */
const MAX_SLUG_CHOICES = 100;

type Input = z.output<typeof contract.request>;
type Output = z.input<typeof contract.response>;

/**
 * Creates an agent without versions. Idempotent by the caller's key, else by the signature; without them a repeated name gets
 * `name_taken`.
 */
export const createAgent =
  (deps: AgentsDeps) =>
  async (input: Input): Promise<Output> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const request = { tenantId, scope: "agents.create", repeatable: input };
    const { answer } = await deps.db.tenant(tenantId, (trx) =>
      once<Output>(trx, request, async () => ({
        answer: { agent: viewOf(await insertNamed(trx, tenantId, input)) },
        facts: [],
      })),
    );
    return answer;
  };

async function insertNamed(trx: TenantTransaction, tenantId: string, { name, description }: Input): Promise<AgentRow> {
  await lockNames(trx, tenantId);
  if (await isNameTaken(trx, name)) throw new AppError("name_taken");
  const base = slugOf(name);
  for (let n = 1; n <= MAX_SLUG_CHOICES; n += 1) {
    const row = await insertAgent(trx, { id: newId(), tenantId, name, slug: slugChoice(base, n), description });
    if (row !== null) return row;
  }
  throw new AppError("name_taken");
}
