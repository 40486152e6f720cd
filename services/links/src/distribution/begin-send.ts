import { AppError, requireRole, type sendLink, tenantOf } from "@parley/contracts";
import { once } from "@parley/db";
import type { z } from "zod";
import { requireAgent } from "../links/agents.js";
import type { LinkRow } from "../links/link-row.js";
import { findLink, findSealedToken } from "../links/repository.js";
import type { TenantTransaction } from "../transaction.js";
import { acceptSend, type PlannedSend, type SendingDeps } from "./accept-send.js";
import { asText, writeMessage } from "./write-message.js";

export type SendOutput = z.input<typeof sendLink.response>;
type Answer = SendOutput["answer"];

/** Members shared by the calls that begin a send-out. */
type SendCall = Omit<z.output<typeof sendLink.request>, "body"> & { body: { dry_run?: boolean | undefined } };

export interface Prepared {
  plan: PlannedSend;
  /** Runs in the same transaction after the send-out is written. */
  onAccepted?: () => Promise<unknown>;
}

/**
 * Begins a send-out of a link, or reports what would be sent. Idempotent by the caller's key, else by the signature: a repeat gets the
 * first delivery. Throws `link_not_found` and what `prepare` and `acceptSend` throw; then nothing is sent.
 */
export async function beginSend(
  deps: SendingDeps,
  { input, scope }: { input: SendCall; scope: string },
  prepare: (trx: TenantTransaction, of: { tenantId: string; link: LinkRow }) => Promise<Prepared>,
): Promise<SendOutput> {
  const { principal } = input;
  requireRole(principal, "editor");
  const tenantId = tenantOf(principal);
  const agent = await requireAgent(deps.bus, principal, input.agent);
  const { dry_run: dry = false } = input.body;
  const at = { agentId: agent.id, id: input.id };
  const work = async (trx: TenantTransaction): Promise<Answer> => {
    const link = await findLink(trx, at);
    if (link === null) throw new AppError("link_not_found");
    const { plan, onAccepted } = await prepare(trx, { tenantId, link });
    const hasAddress = ((await findSealedToken(trx, at))?.sealed ?? null) !== null;
    const of = { plan, link, hasAddress, createdBy: principal.id, scheduleId: null, dry };
    const counts = { ...(await acceptSend(deps, trx, of)), duplicates: plan.duplicates };
    if (dry) return { dry_run: true, ...counts, preview: previewOf(deps, plan, { link, agent: agent.name }) };
    await onAccepted?.();
    return { delivery_id: plan.id, status: "sending", ...counts };
  };
  if (dry) return { answer: await deps.db.tenant(tenantId, work) };
  const { answer } = await deps.db.tenant(tenantId, (trx) =>
    once<SendOutput>(trx, { tenantId, scope, repeatable: input }, async () => ({
      answer: { answer: await work(trx) },
      facts: [],
    })),
  );
  return answer;
}

/** The message to the first recipient. No link is created for it, so its address has a placeholder. */
function previewOf({ config }: SendingDeps, plan: PlannedSend, of: { link: LinkRow; agent: string }) {
  const [first] = plan.people;
  if (first === undefined) throw new AppError("internal", { internal: "a send-out has a recipient" });
  const { template, texts, subject, message } = plan;
  const { title, expires_at } = of.link;
  const written = writeMessage({
    ...{ language: first.language, name: first.name, template, texts, subject, message },
    ...{ agent: of.agent, title },
    url: `${config.PUBLIC_URL}/public/chat/pl_…`,
    expiresAt: expires_at?.toISOString() ?? null,
  });
  const isOfPeople = plan.channel === "email" || plan.channel === "sms";
  return {
    to: isOfPeople ? first.address : first.hint,
    language: first.language,
    subject: plan.channel === "sms" ? null : written.subject,
    text: asText(written),
  };
}
