import { AppError, TerminalError } from "@parley/contracts";
import type { Db } from "@parley/db";
import type { Secrets } from "@parley/secrets";
import { createDefinitions, type Definition } from "@parley/turns";
import { createDocumentRepository } from "../../documents/document-repository.js";

/** Cached compiled versions of agents, up to a limit: they never change. */
export function createVersions(db: Db, secrets: Secrets) {
  const definitions = createDefinitions(createDocumentRepository(db, secrets));
  return {
    /** Throws TerminalError when the version is gone or cannot run. */
    load:
      (tenantId: string) =>
      (agentId: string, version: number): Promise<Definition> =>
        definitions(tenantId, agentId, version),
    /** As `load`, for a version that a caller names. Throws `version_not_found`. */
    async named(tenantId: string, agentId: string, version: number): Promise<Definition> {
      try {
        return await definitions(tenantId, agentId, version);
      } catch (cause) {
        if (cause instanceof TerminalError) throw new AppError("version_not_found", { cause });
        throw cause;
      }
    },
  };
}
export type Versions = ReturnType<typeof createVersions>;
