import { AppError, type getVersion as contract, hasRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import { shownDocument } from "../../documents/document-secrets.js";
import type { AgentsDeps } from "../deps.js";
import { findAgent } from "../repository/agents.js";
import { findVersion, versionView } from "../repository/versions.js";

/** One version with its document as it was imported; below admin its secrets are masked, below editor it has no text. A read. */
export const getVersion =
  (deps: AgentsDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> =>
    deps.db.tenant(tenantOf(input.principal), async (trx) => {
      const agent = await findAgent(trx, input.agent);
      if (agent === null) throw new AppError("agent_not_found");
      const row = await findVersion(trx, { agentId: agent.id, version: input.version });
      if (row === null) throw new AppError("version_not_found");
      const document = shownDocument(deps.secrets, input.principal, row.document);
      const text = hasRole(input.principal.role, "editor") ? row.source_text : null;
      return { version: versionView(row), document, text };
    });
