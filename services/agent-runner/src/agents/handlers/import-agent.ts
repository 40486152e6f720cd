import {
  type AgentDocument,
  AppError,
  type importAgent as contract,
  newId,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import { changeWithFacts, type Fact, type NamedRequest, once, recall } from "@parley/db";
import type { Secrets } from "@parley/secrets";
import { type Issue, validateDocument } from "@parley/workflow";
import type { z } from "zod";
import { asksToKeep, holdsSecrets, keepSecrets, sealDocument } from "../../documents/document-secrets.js";
import { authorOf } from "../caller.js";
import { checkProviders } from "../check-providers.js";
import { contentHash } from "../content-hash.js";
import type { AgentsDeps } from "../deps.js";
import { removePublished } from "../drafts/repository.js";
import { invalidDocument } from "../invalid-document.js";
import { asJson, parseDocument } from "../parse-document.js";
import { publishVersion } from "../publish-version.js";
import { type AgentRow, findAgent, insertAgent, isAgentId, type TenantTransaction } from "../repository/agents.js";
import { saveTestResult } from "../repository/test-results.js";
import { addVersion, keepText, newestDocument } from "../repository/versions.js";
import { keepTaken, settleSecrets } from "../secrets/settle-secrets.js";
import type { TakenSecret } from "../secrets/take-out.js";
import { slugOf } from "../slug.js";
import { runSuite } from "../testing/run-suite.js";

type Input = z.output<typeof contract.request>;
type Output = z.input<typeof contract.response>;

/**
 * Adds a version to an agent, creating the agent when no other has its name; activates it unless specified otherwise. When it requires
 * tests and is to go live, they run first, and nothing is added unless they pass or are overridden.
 * Idempotent by the caller's key, else by the signature; without them each import adds a version, even of an equal document. A dry run
 * creates nothing and is not remembered. `part`: names this import among the many of one call.
 */
export const importAgent =
  (deps: AgentsDeps, onActivated: (agentId: string) => void) =>
  async (input: Input, part?: NamedRequest, draft?: PublishedDraft): Promise<Output> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const request = part ?? { tenantId, scope: "agents.import", repeatable: input };
    const before = input.dryRun ? null : await recall<Output>(deps.db, request);
    if (before !== null) return before;
    const { document, issues, taken } = await keptDocument(deps, tenantId, input);
    if (input.dryRun) return validated(deps, { tenantId, agent: input.agent, issues });
    if (input.activate && document.agent.require_tests === true) {
      const result = await runSuite(document);
      await deps.db.tenant(tenantId, (trx) => saveTestResult(trx, tenantId, result));
    }

    const answer = await changeWithFacts<Output>(deps, tenantId, (trx) =>
      once(trx, request, () => addTo(trx, { tenantId, document, issues, taken, input, draft, secrets: deps.secrets })),
    );
    if (answer.active && answer.agent_id !== null) onActivated(answer.agent_id);
    return answer;
  };

/** The draft that an import publishes: the version is added only on top of the draft's base version, and replaces the draft. */
export interface PublishedDraft {
  author: string;
  revision: number;
  base: number | null;
}

interface Kept {
  document: AgentDocument;
  issues: Issue[];
  /** Secrets that are added to the agent with the version. */
  taken: TakenSecret[];
}

/** What the version will store, before it is created: tests and the hash use a document without secret values. */
async function keptDocument(deps: AgentsDeps, tenantId: string, input: Input): Promise<Kept> {
  const { valid, document, issues } = validateDocument(await givenDocument(deps, tenantId, input));
  if (!valid || document === undefined) throw invalidDocument(issues);
  const { principal, agent } = input;
  const settled = await settleSecrets(deps, { principal, agent, document, issues });
  const all = [...issues, ...settled.issues, ...checkProviders(deps, document)];
  if (settled.document === document) return { document, issues: all, taken: [] };
  const again = validateDocument(settled.document);
  if (again.document === undefined) throw invalidDocument([...all, ...again.issues]);
  return { document: again.document, issues: all, taken: settled.taken };
}

/** The document to import, with the secrets it keeps from the newest version. Throws `invalid_document`. */
export async function givenDocument(
  deps: Pick<AgentsDeps, "db" | "yaml" | "secrets">,
  tenantId: string,
  input: Pick<Input, "agent" | "document">,
): Promise<unknown> {
  const document = await parseDocument(input.document, deps.yaml);
  if (!asksToKeep(document)) return document;
  const stored = await deps.db.tenant(tenantId, async (trx) => {
    const agent = await findAgent(trx, input.agent);
    return agent === null ? null : newestDocument(trx, agent.id);
  });
  return keepSecrets(deps.secrets, tenantId, { document, stored });
}

/** Adds the version to the agent that the import names. */
async function addTo(
  trx: TenantTransaction,
  of: Kept & { tenantId: string; input: Input; draft: PublishedDraft | undefined; secrets: Secrets },
): Promise<{ answer: Output; facts: Fact[] }> {
  const { tenantId, document, issues, taken, input, draft, secrets } = of;
  const { agent, created } = await ensureAgent(trx, { tenantId, agent: input.agent, document });
  if (draft && agent.active_version !== draft.base) {
    throw new AppError("base_changed", { extra: { base_version: draft.base, live_version: agent.active_version } });
  }
  await keepTaken(trx, { secrets, tenantId, agentId: agent.id, taken });
  const version = await addVersion(trx, {
    agentId: agent.id,
    tenantId,
    document: sealDocument(secrets, tenantId, document),
    contentHash: contentHash(document),
    notes: input.notes,
    author: authorOf(input.principal),
  });
  await keepComments(trx, { agentId: agent.id, version, text: taken.length === 0 ? input.document : null, document });
  if (draft) await removePublished(trx, { ...draft, agentId: agent.id });
  const facts: Fact[] = [];
  if (input.activate) {
    const { principal, overrideReason } = input;
    const at = { tenantId, agentId: agent.id, version, principal, overrideReason, secrets };
    facts.push(...(await publishVersion(trx, at)).facts);
  }
  const status = created ? "created" : "updated";
  return { answer: { status, agent_id: agent.id, version, active: input.activate, issues }, facts };
}

async function validated(deps: AgentsDeps, at: { tenantId: string; agent: string; issues: Issue[] }): Promise<Output> {
  const known = await deps.db.tenant(at.tenantId, (trx) => findAgent(trx, at.agent));
  if (known === null && isAgentId(at.agent)) throw new AppError("agent_not_found");
  return { status: "validated", agent_id: known?.id ?? null, version: null, active: false, issues: at.issues };
}

/** The named agent, created when it is new. An id must name an existing agent: throws `agent_not_found`. */
async function ensureAgent(
  trx: TenantTransaction,
  at: { tenantId: string; agent: string; document: AgentDocument },
): Promise<{ agent: AgentRow; created: boolean }> {
  const known = await findAgent(trx, at.agent, { lock: true });
  if (known !== null) return { agent: known, created: false };
  if (isAgentId(at.agent)) throw new AppError("agent_not_found");
  const slug = slugOf(at.agent);
  const { name, description = null } = at.document.agent;
  const made = await insertAgent(trx, { id: newId(), tenantId: at.tenantId, name, slug, description });
  if (made !== null) return { agent: made, created: true };
  // Another import has just created it (the insert waited for its commit).
  const other = await findAgent(trx, slug, { lock: true });
  if (other === null) throw new AppError("conflict");
  return { agent: other, created: false };
}

/** Stores YAML as it was written. JSON has no comments, and a document with secrets is stored only as a value, in which they are sealed. */
async function keepComments(
  trx: TenantTransaction,
  { text, document, ...at }: { agentId: string; version: number; text: unknown; document: unknown },
): Promise<void> {
  if (typeof text !== "string" || asJson(text) !== undefined || holdsSecrets(document)) return;
  await keepText(trx, { ...at, text });
}
