import { AppError, type bulkImportAgents as contract, importedAgent, requireRole } from "@parley/contracts";
import type { z } from "zod";
import { parseDocument } from "../parse-document.js";
import type { importAgent } from "./import-agent.js";

/** How long one call imports; what is left by then is refused as `overloaded` and can be sent again. */
const IMPORT_MS = 30_000;

type Result = z.input<typeof contract.response>["results"][number];

/**
 * Imports documents one after another, each into the agent of its own name; one that is refused does not hold up the others.
 * Not idempotent, like an import.
 */
export const bulkImportAgents =
  (importOne: ReturnType<typeof importAgent>) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const { principal, dryRun, activate } = input;
    const deadlineAt = performance.now() + IMPORT_MS;
    const results: Result[] = [];
    for (const [index, given] of input.documents.entries()) {
      if (performance.now() > deadlineAt) {
        results.push(refusal(index, new AppError("overloaded")));
        continue;
      }
      try {
        const document = parseDocument(given);
        const agent = nameOf(document);
        const done = await importOne({ principal, agent, document, dryRun, activate, notes: null });
        results.push({ index, ...done });
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500) throw error;
        results.push(refusal(index, error));
      }
    }
    return { results };
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
