import {
  AppError,
  type cancelLinkDelivery,
  type DeliveryRecipient,
  type getLinkDelivery,
  type LinkDelivery,
  type listDeliveryRecipients,
  type listLinkDeliveries,
  notOfThisList,
  type Principal,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { requireAgent } from "../links/agents.js";
import { findLink } from "../links/repository.js";
import { asPage, pageAsked } from "../list-cursor.js";
import type { TenantTransaction } from "../transaction.js";
import { openPerson, recipientAad } from "./addresses.js";
import * as repository from "./repository.js";

interface OfLink {
  principal: Principal;
  agent: string;
  id: string;
}

/** Reads data of one of the links of the caller's tenant. Throws `agent_not_found`, `link_not_found`. */
async function within<T>(deps: LinksDeps, input: OfLink, read: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  const agent = await requireAgent(deps.bus, input.principal, input.agent);
  return deps.db.tenant(tenantOf(input.principal), async (trx) => {
    if ((await findLink(trx, { agentId: agent.id, id: input.id })) === null) throw new AppError("link_not_found");
    return read(trx);
  });
}

async function requireDelivery(
  trx: TenantTransaction,
  { id, delivery }: { id: string; delivery: string },
): Promise<LinkDelivery> {
  const found = await repository.findDelivery(trx, { linkId: id, id: delivery });
  if (found === null) throw new AppError("delivery_not_found");
  return found;
}

/**
 * Deliveries, newest first: of a link, of an agent or of the tenant. A read. Throws `agent_not_found`, `link_not_found`
 * for a named one that does not exist.
 */
export const listLinkDeliveriesHandler =
  (deps: LinksDeps) =>
  async (input: z.output<typeof listLinkDeliveries.request>): Promise<z.input<typeof listLinkDeliveries.response>> => {
    const { limit, page } = pageAsked(input);
    const { principal, agent, id: linkId = null, status = null, channel = null, missed = null } = input;
    const agentId = agent === undefined ? null : (await requireAgent(deps.bus, principal, agent)).id;
    const rows = await deps.db.tenant(tenantOf(principal), async (trx) => {
      if (agentId !== null && linkId !== null && (await findLink(trx, { agentId, id: linkId })) === null) {
        throw new AppError("link_not_found");
      }
      return repository.listDeliveries(trx, { agentId, linkId, status, channel, missed, ...page });
    });
    return asPage(rows, limit);
  };

/** One delivery with its progress. A read. */
export const getLinkDeliveryHandler =
  (deps: LinksDeps) =>
  async (input: z.output<typeof getLinkDelivery.request>): Promise<z.input<typeof getLinkDelivery.response>> => ({
    delivery: await within(deps, input, (trx) => requireDelivery(trx, input)),
  });

/** Recipients of a link and the outcome for each, in the order of the call. A read; editors, because it contains addresses. */
export const listDeliveryRecipientsHandler =
  (deps: LinksDeps) =>
  async (
    input: z.output<typeof listDeliveryRecipients.request>,
  ): Promise<z.input<typeof listDeliveryRecipients.response>> => {
    requireRole(input.principal, "editor");
    const limit = Math.min(Math.max(input.limit, 1), 200);
    const after = input.cursor === undefined ? -1 : positionOf(input.cursor);
    const tenantId = tenantOf(input.principal);
    const of = { deliveryId: input.delivery, status: input.status ?? null, after, limit: limit + 1 };
    const { channel, rows } = await within(deps, input, async (trx) => {
      const { channel } = await requireDelivery(trx, input);
      return { channel, rows: await repository.listRecipients(trx, of) };
    });
    const shown = rows.slice(0, limit);
    const isOfPeople = channel === "email" || channel === "sms";
    const data = shown.map(({ position: _, address_sealed, hint, ...row }): DeliveryRecipient => {
      const { address, name } = openPerson(deps.secrets, address_sealed, recipientAad(tenantId, row.id));
      return { ...row, address: isOfPeople ? address : hint, name };
    });
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return { data, nextCursor: last ? Buffer.from(String(last.position)).toString("base64url") : null };
  };

function positionOf(cursor: string): number {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw notOfThisList();
}

/** Cancels what was not sent yet. Idempotent by state. */
export const cancelLinkDeliveryHandler =
  (deps: LinksDeps) =>
  async (input: z.output<typeof cancelLinkDelivery.request>): Promise<z.input<typeof cancelLinkDelivery.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    return within(deps, input, async (trx) => {
      await requireDelivery(trx, input);
      await repository.cancelDelivery(trx, { tenantId, id: input.delivery });
      return { delivery: await requireDelivery(trx, input) };
    });
  };
