import { AppError, type bulkImportAgents as contract, importedAgent, requireRole, tenantOf } from "@parley/contracts";
import { beginLong } from "@parley/db";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { parseDocument } from "../parse-document.js";
import type { importAgent } from "./import-agent.js";

/** Time limit of one call; documents that remain by then are refused as `overloaded` and can be sent again. */
const IMPORT_MS = 30_000;

type Output = z.input<typeof contract.response>;
type Result = Output["results"][number];

/**
 * Imports documents one after another, each into the agent it names; a refused document does not stop the others.
 * Idempotent by the caller's key, else by the signature, per document: while the first call runs or after it crashed, a repeat
 * imports what is missing and reports what exists; later it gets the stored answer. Without them every document is a plain import.
 */
export const bulkImportAgents =
  (deps: AgentsDeps, importOne: ReturnType<typeof importAgent>) =>
  async (input: z.output<typeof contract.request>): Promise<Output> => {
    requireRole(input.principal, "editor");
    const { principal, dryRun, activate } = input;
    const tenantId = tenantOf(principal);
    const repeatable = dryRun ? {} : input;
    const request = await beginLong<Output>(deps.db, { tenantId, scope: "agents.bulk_import", repeatable });
    if (request.known !== null) return { ...request.known, replayed: true };
    const deadlineAt = performance.now() + IMPORT_MS;
    const results: Result[] = [];
    for (const [index, text] of input.documents.entries()) {
      if (performance.now() > deadlineAt) {
        results.push(refusal(index, new AppError("overloaded")));
        continue;
      }
      try {
        const document = await parseDocument(text, deps.yaml);
        const agent = nameOf(document);
        const given = { principal, agent, document, dryRun, activate, notes: null };
        const { replayed: _, ...done } = await importOne(given, request.part(String(index)));
        results.push({ index, ...done });
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500) throw error;
        results.push(refusal(index, error));
      }
    }
    return { ...(await request.finish({ results })), replayed: request.begun };
  };

/** A document without a usable name is refused by the import itself, with all of its issues. */
function nameOf(document: unknown): string {
  const agent = isRecord(document) ? document.agent : undefined;
  const name = isRecord(agent) ? agent.name : undefined;
  return typeof name === "string" && name !== "" ? name : "unnamed";
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function refusal(index: number, error: AppError): Result {
  const told = importedAgent.shape.issues.safeParse(error.extra?.issues);
  const issues = told.success ? told.data : [];
  return { index, status: "failed", code: error.code, message: error.message, issues };
}
