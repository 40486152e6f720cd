import { auditEntry, auditVerified, listAudit, pageOf, verifyAudit } from "@parley/contracts";
import { z } from "zod";
import { pageQuery, tenantQuery } from "../params.js";
import { ownerRoute, wirePage } from "./owner-route.js";

const moment = z.iso.datetime({ offset: true });

const filter = {
  action: z.string().max(100).optional().meta({ description: "What was done, `*` for any part: `link.*`, `*.read`" }),
  actor_id: z.string().max(200).optional(),
  target_type: z.string().max(50).optional(),
  target_id: z.string().max(300).optional(),
  from: moment.optional(),
  to: moment.optional(),
};

/** Who did what in the tenant, newest first. Admins. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/audit",
  summary: "List audit entries",
  description: "Who created, changed, read and deleted what, newest first; `from` is included, `to` is not.",
  role: "admin",
  query: pageQuery.extend(filter),
  answers: { 200: pageOf(auditEntry) },
  handle: async ({ principal, query }, { bus }) => {
    const { actor_id: actorId, target_type: targetType, target_id: targetId, tenant_id: _tenant, ...rest } = query;
    return wirePage(await bus.call(listAudit, { principal, actorId, targetType, targetId, ...rest }));
  },
});

const LINES = 1_000;

/** The audit as JSON lines, oldest first. Admins. */
const exportRoute = ownerRoute({
  method: "GET",
  path: "/audit/export",
  summary: "Export the audit",
  description:
    "JSON lines, oldest first, at most 1,000; `X-Next-After` names the last one where there are more: ask again with it as `after`. `hashed` and `previous_hash` of each line are what its `hash` is made of.",
  role: "admin",
  query: tenantQuery.extend({
    ...filter,
    after: z.coerce.number().int().min(0).default(0).meta({ description: "`seq` of the last entry you have" }),
  }),
  answers: { 200: { description: "One entry per line", content: { "application/jsonl": { schema: z.string() } } } },
  records: () => ({ action: "audit.exported", targetType: "audit", targetId: null }),
  handle: async ({ principal, query, reply }, { bus }) => {
    const { actor_id: actorId, target_type: targetType, target_id: targetId, tenant_id: _tenant, ...rest } = query;
    const { data, nextCursor } = await bus.call(listAudit, {
      ...{ principal, actorId, targetType, targetId, limit: LINES, proof: true },
      ...rest,
    });
    const last = data.at(-1);
    if (nextCursor !== null && last !== undefined) reply.header("x-next-after", String(last.seq));
    return reply
      .header("content-type", "application/jsonl; charset=utf-8")
      .serializer((lines: string) => lines)
      .send(data.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  },
});

/** Verifies the audit chain. Admins. */
const verifyRoute = ownerRoute({
  method: "GET",
  path: "/audit/verify",
  summary: "Verify the audit",
  description:
    "Computes the hash of every entry again and compares the chain with what was sealed of it before: three seconds' worth, then again with `next_cursor` as `cursor` until that is null.",
  role: "admin",
  query: tenantQuery.extend({ cursor: z.string().max(200).optional() }),
  answers: { 200: auditVerified },
  handle: async ({ principal, query }, { bus }) => bus.call(verifyAudit, { principal, cursor: query.cursor }),
});

export const auditRoutes = [listRoute, exportRoute, verifyRoute];
