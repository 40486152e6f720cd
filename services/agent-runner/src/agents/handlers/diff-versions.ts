import { AppError, type diffVersions as contract, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import { shownDocument } from "../../documents/document-secrets.js";
import type { AgentsDeps } from "../deps.js";
import { diffDocuments } from "../diff/document-diff.js";
import { findAgent } from "../repository/agents.js";
import { findVersion } from "../repository/versions.js";

/** The changes from one version to another; below admin, changed secrets do not show as changes. A read. */
export const diffVersions =
  (deps: AgentsDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const [before, after] = await deps.db.tenant(tenantOf(input.principal), async (trx) => {
      const agent = await findAgent(trx, input.agent);
      if (agent === null) throw new AppError("agent_not_found");
      const at = (version: number) => findVersion(trx, { agentId: agent.id, version });
      return [await at(input.from), await at(input.to)] as const;
    });
    if (before === null || after === null) throw new AppError("version_not_found");
    const shown = (row: typeof before) => ({
      version: row.version,
      document: shownDocument(deps.secrets, input.principal, row.document),
    });
    return diffDocuments(shown(before), shown(after));
  };
