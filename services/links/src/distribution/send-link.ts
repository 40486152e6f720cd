import { AppError, type sendLink as contract, requireRole, tenantOf } from "@parley/contracts";
import { once } from "@parley/db";
import type { z } from "zod";
import { requireAgent } from "../links/agents.js";
import type { LinkRow } from "../links/link-row.js";
import { findLink, findSealedToken } from "../links/repository.js";
import { textsOf } from "../message-templates/own-texts.js";
import { acceptSend, DEFAULT_TEMPLATE, type PlannedSend, planSend, type SendingDeps } from "./accept-send.js";
import { asText, writeMessage } from "./write-message.js";

type Output = z.input<typeof contract.response>;
type Answer = Output["answer"];

/**
 * Begins to send a link to recipients, or says what would be sent. Idempotent by the caller's key, else by the signature: a repeat gets
 * the first delivery. Throws `link_not_found`, `template_not_found` and what `planSend` and `acceptSend` throw; then nothing is sent.
 */
export const sendLink =
  (deps: SendingDeps) =>
  async (input: z.output<typeof contract.request>): Promise<Output> => {
    const { principal, body } = input;
    requireRole(principal, "editor");
    const tenantId = tenantOf(principal);
    const agent = await requireAgent(deps.bus, principal, input.agent);
    const { dry_run: dry = false, ...wish } = body;
    const at = { agentId: agent.id, id: input.id };
    const work = async (trx: Parameters<typeof findLink>[0]): Promise<Answer> => {
      const link = await findLink(trx, at);
      if (link === null) throw new AppError("link_not_found");
      const hasAddress = ((await findSealedToken(trx, at))?.sealed ?? null) !== null;
      const texts = await textsOf(trx, wish.template ?? DEFAULT_TEMPLATE);
      const plan = planSend(deps, { tenantId, wish, texts, languages: [link.branding.locale] });
      const of = { plan, link, hasAddress, createdBy: principal.id, scheduleId: null, dry };
      const counts = { ...(await acceptSend(deps, trx, of)), duplicates: plan.duplicates };
      if (dry) return { dry_run: true, ...counts, preview: previewOf(deps, plan, { link, agent: agent.name }) };
      return { delivery_id: plan.id, status: "sending", ...counts };
    };
    if (dry) return { answer: await deps.db.tenant(tenantId, work) };
    const request = { tenantId, scope: "links.send", repeatable: input };
    const { answer } = await deps.db.tenant(tenantId, (trx) =>
      once<Output>(trx, request, async () => ({ answer: { answer: await work(trx) }, facts: [] })),
    );
    return answer;
  };

/** The message of the first recipient. Nobody's link is made for it, so its address has a gap. */
export function previewOf({ config }: SendingDeps, plan: PlannedSend, of: { link: LinkRow; agent: string }) {
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
