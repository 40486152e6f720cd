import {
  AppError,
  type tryAgent as contract,
  newId,
  requireRole,
  type TriedStep,
  tenantOf,
  type Usage,
} from "@parley/contracts";
import type { Definition } from "@parley/turns";
import { validateDocument } from "@parley/workflow";
import type { z } from "zod";
import { givenDocument } from "../handlers/import-agent.js";
import { invalidDocument } from "../invalid-document.js";
import type { Versions } from "../replay/versions.js";
import { findAgent } from "../repository/agents.js";
import { definitionOf } from "../testing/run-suite.js";
import { addUsage, NO_USAGE } from "../trace/trace-turn.js";
import type { TryDeps } from "./deps.js";
import { playTry } from "./play-try.js";
import { testOf } from "./test-of.js";

type Input = z.output<typeof contract.request>;

/** Time limit of one request, including all its model calls. */
const TRY_MS = 45_000;
/** Keeps answers below the bus's message size limit. */
const MAX_BYTES = 700_000;

/**
 * Plays a conversation that the caller stores: earlier calls get their earlier answers, the rest is called. A read: nothing is stored,
 * it counts in no quota or statistic, and nobody is notified. Throws `agent_not_found`, `agent_has_no_version`, `version_not_found`,
 * `invalid_document`.
 */
export const tryAgent =
  (deps: TryDeps, versions: Versions) =>
  async (input: Input): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const agent = await deps.db.tenant(tenantId, (trx) => findAgent(trx, input.agent));
    if (agent === null) throw new AppError("agent_not_found");
    const { document, steps, opening, api_calls: apiCalls } = input.given;
    const at = { tenantId, agent: agent.id, active: agent.active_version };
    const { definition, version } = await definitionFor(deps, versions, at, { document, version: input.given.version });
    const played = await playTry(
      { ...deps, tenantId, definition, makesCalls: apiCalls === "make", turnId: `try-${newId()}` },
      [{ answers: opening?.answers }, ...steps],
      AbortSignal.timeout(TRY_MS),
    );
    const usage = played.map(({ usage }) => usage).reduce<Usage>(addUsage, NO_USAGE);
    const ids = { agentId: agent.id, version: version ?? undefined, tokens: usage.input_tokens + usage.output_tokens };
    deps.logger.info(ids, "agent.tried");
    return { version, steps: bounded(played.map(({ step }) => step)), usage, test: testOf(steps, played) };
  };

/** The named version, or the given document with the knowledge of the live version; by default the active version. */
export async function definitionFor(
  deps: TryDeps,
  versions: Versions,
  { tenantId, agent, active }: { tenantId: string; agent: string; active: number | null },
  given: { document?: unknown; version?: number | undefined },
): Promise<{ definition: Definition; version: number | null }> {
  const { document } = given;
  const version = document === undefined ? (given.version ?? active) : null;
  if (version !== null) return { definition: await versions.named(tenantId, agent, version), version };
  const knowledge = { agentId: agent, version: active ?? 0 };
  return { definition: await ofDocument(deps, tenantId, { agent, document, knowledge }), version };
}

async function ofDocument(
  deps: TryDeps,
  tenantId: string,
  given: { agent: string; document: unknown; knowledge: Definition["knowledge"] & object },
): Promise<Definition> {
  if (given.document === undefined) throw new AppError("agent_has_no_version");
  const { valid, document, issues } = validateDocument(await givenDocument(deps, tenantId, given));
  if (!valid || document === undefined) throw invalidDocument(issues);
  return { ...definitionOf(document), knowledge: given.knowledge };
}

/** Drops the traces of the first steps from an answer that would be too long: the caller has seen them. */
function bounded(steps: TriedStep[]): TriedStep[] {
  const sizes = steps.map((step) => Buffer.byteLength(JSON.stringify(step)));
  let left = sizes.reduce((sum, size) => sum + size, 0);
  return steps.map((step, index) => {
    if (left <= MAX_BYTES) return step;
    const without = { ...step, trace: null };
    left -= (sizes[index] ?? 0) - Buffer.byteLength(JSON.stringify(without));
    return without;
  });
}
