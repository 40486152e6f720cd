import {
  type AgentView,
  AppError,
  type BulkLinkResult,
  type BulkLinksBody,
  bulkLinksBody,
  type bulkLinks as contract,
  type Principal,
  parseOrRefuse,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import { beginLong, changeWithFacts, type Fact, type LongRequest, once } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { retryDeadlock } from "../retry-deadlock.js";
import { createSemaphore } from "../semaphore.js";
import type { TenantTransaction } from "../transaction.js";
import { requireAgent } from "./agents.js";
import { changeLink, planChange } from "./change-link.js";
import { makeLink, planLink } from "./new-link.js";
import { repeatableCall } from "./repeatable-call.js";

type Output = z.input<typeof contract.response>;
type Item = Pick<BulkLinkResult, "index" | "action"> & { body: Record<string, unknown>; id: string | null };
interface Caller {
  principal: Principal;
  tenantId: string;
  agent: AgentView;
  request: LongRequest<Output>;
}

/** Over all bulk calls of a replica: few enough that long lists leave connections for everybody else. */
const AT_ONCE = 4;

/**
 * Creates, changes and disables many links, each in its own transaction with its own outcome. Idempotent by the key: while
 * the first call runs or after it crashed, a repeat does what is missing and reports what was done; later it gets the stored answer.
 */
export function bulkLinks(deps: LinksDeps) {
  const limited = createSemaphore(AT_ONCE);
  return async (input: z.output<typeof contract.request>): Promise<Output> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const items = itemsOf(parseOrRefuse(bulkLinksBody, input.body));
    const agent = await requireAgent(deps.bus, input.principal, input.agent);
    const named = repeatableCall(deps, input, { tenantId, agent, scope: "links.bulk" });
    const request = await beginLong<Output>(deps.db, named);
    if (request.known !== null) return { ...request.known, replayed: true };
    const caller: Caller = { principal: input.principal, tenantId, agent, request };
    const results = await inOrder(items, (item) => limited(() => outcomeOf(deps, caller, item)));
    return { ...(await request.finish({ results })), replayed: request.begun };
  };
}

function itemsOf(body: BulkLinksBody): Item[] {
  const { recipients } = body;
  const made = body.create.flatMap((link) =>
    recipients === undefined ? [link] : recipients.map((recipient) => ({ ...link, recipient })),
  );
  return [
    ...made.map((link, index): Item => ({ index, action: "create", body: link, id: null })),
    ...body.update.map(({ id, ...fields }, index): Item => ({ index, action: "update", body: fields, id })),
    ...body.deactivate.map((id, index): Item => ({ index, action: "deactivate", body: { is_active: false }, id })),
  ];
}

/** Processes a few items at once; results are in the order of the items. After a failure nothing new is started. */
async function inOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  let failed = false;
  const limited = async (): Promise<void> => {
    for (let next = queue.next(); !next.done && !failed; next = queue.next()) {
      const [place, item] = next.value;
      try {
        results[place] = await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, limited));
  const lost = lanes.find((settled) => settled.status === "rejected");
  if (lost !== undefined) throw lost.reason;
  return results;
}

/** The outcome of one item. Only refusals of the item are reported for it; an internal failure ends the call, and a repeat continues. */
async function outcomeOf(deps: LinksDeps, caller: Caller, item: Item): Promise<BulkLinkResult> {
  const { index, action } = item;
  try {
    return await retryDeadlock(() => doItem(deps, caller, item));
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    const { code, message, errors } = error;
    const id = item.id === null ? {} : { id: item.id };
    return { index, action, status: "error", ...id, error: { code, message, ...(errors ? { errors } : {}) } };
  }
}

async function doItem(deps: LinksDeps, caller: Caller, item: Item): Promise<BulkLinkResult> {
  const part = caller.request.part(`${item.action}.${item.index}`);
  const change = await plannedItem(deps, caller, item);
  // A concurrent repeat of this call waits here for the item.
  const { replayed: _, ...answer } = await changeWithFacts(deps, caller.tenantId, (trx) =>
    once<BulkLinkResult>(trx, part, async () => {
      const { answer, fact } = await change(trx);
      return { answer, facts: [fact] };
    }),
  );
  return answer;
}

/** Does everything that needs no transaction, and returns the rest as a function. */
async function plannedItem(
  deps: LinksDeps,
  { principal, tenantId, agent }: Caller,
  { index, action, body, id }: Item,
): Promise<(trx: TenantTransaction) => Promise<{ answer: BulkLinkResult; fact: Fact }>> {
  if (id === null) {
    const plan = await planLink(deps, { principal, agent, body });
    return async (trx) => {
      const { made, fact } = await makeLink(deps, trx, plan);
      return { answer: { index, action, status: "created", id: plan.id, token: made.token }, fact };
    };
  }
  const plan = await planChange(deps, { tenantId, agent, id, body });
  const status = action === "deactivate" ? "deactivated" : "updated";
  return async (trx) => ({ answer: { index, action, status, id }, fact: await changeLink(deps, trx, plan) });
}
