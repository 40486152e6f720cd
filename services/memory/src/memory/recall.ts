import type { recall as contract } from "@parley/contracts";
import { subjectOf } from "@parley/secrets";
import type { z } from "zod";
import type { MemoryDeps } from "../deps.js";
import { recallMemory } from "./repository.js";

/** What one agent remembers about a person. A read; the caller puts it into prompts as quoted data only. */
export const recall =
  (deps: MemoryDeps) =>
  async ({
    tenantId,
    agentId,
    email,
  }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const { hash } = subjectOf(deps.secrets, tenantId, email);
    const remembered = await recallMemory(deps.db, { tenantId, agentId, subjectHash: hash });
    return { ...(remembered ?? { summary: null, notes: null }), subject: hash };
  };
