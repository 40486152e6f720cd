import { AppError, type createAgent as contract, newId, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { findAgent, insertAgent, viewOf } from "../repository/agents.js";
import { slugChoice, slugOf } from "../slug.js";

/** Names that differ may share a slug (all names without Latin letters do); the next free number tells them apart. */
const MAX_SLUG_CHOICES = 100;

/** Creates an agent without versions. Idempotent by name: the same name again is `name_taken`. */
export const createAgent =
  (deps: AgentsDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    return deps.db.tenant(tenantId, async (trx) => {
      const base = slugOf(input.name);
      for (let n = 1; n <= MAX_SLUG_CHOICES; n += 1) {
        const slug = slugChoice(base, n);
        const { name, description } = input;
        const row = await insertAgent(trx, { id: newId(), tenantId, name, slug, description });
        if (row !== null) return { agent: viewOf(row) };
        if ((await findAgent(trx, slug))?.name === input.name) throw new AppError("name_taken");
      }
      throw new AppError("name_taken");
    });
  };
