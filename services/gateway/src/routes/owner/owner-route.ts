import { type Act, type Role, recordAct } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { FastifyContextConfig, FastifyRequest, FastifySchema } from "fastify";
import type { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { markReplay, ownerRepeatable, type Repeatable } from "../../edge/idempotency.js";
import { ExpiringMap } from "../../expiring-map.js";
import { type Answer, type Answers, type Call, declareRoute, type RouteSpec } from "../declare-route.js";
import { tenantQuery } from "../params.js";
import { type TenantPrincipal, tenantPrincipal } from "./principal.js";

/** The dependencies a handler names; most need the bus alone. */
export type Deps<K extends keyof GatewayContext> = Pick<GatewayContext, K>;

/** A request of the management API. The getters throw as the functions they name, so a handler takes only those it needs. */
interface OwnerCall<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> extends Call<P, Q, B> {
  /** The caller, in the tenant the call is about; see `tenantPrincipal`. */
  readonly principal: TenantPrincipal;
  /** The caller's key and signature; see `ownerRepeatable`. */
  readonly repeatable: Repeatable;
  /** Marks an answer that repeats an earlier one; see `markReplay`. */
  markReplay(replayed: boolean | undefined): void;
}

export interface OwnerSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends Answers, D>
  extends Omit<RouteSpec<P, Q, B, A>, "config" | "onRequest"> {
  /** Minimum role; default viewer. */
  role?: Role;
  /** The call is not about a single tenant, so its query takes no `tenant_id`. */
  acrossTenants?: true;
  /**
   * The audit entry of the call, written before it is executed: for reading content or memory of a person, and for acts
   * that change no row which the database itself audits. null = the caller is shown no such content.
   */
  records?: (params: z.output<P>, principal: TenantPrincipal) => Act | null;
  /** Milliseconds in which this gateway records the same act of the same caller once: for calls that pages repeat by themselves. */
  recordsOnceInMs?: number;
  config?: Omit<FastifyContextConfig, "role" | "url" | "method">;
  onRequest?: (request: FastifyRequest, deps: D) => Promise<void>;
  handle: (call: OwnerCall<P, Q, B>, deps: D) => Promise<Answer<A>>;
}

/** Registers a route. */
export type OwnerRoute<D = GatewayContext> = (app: HttpApp, deps: D) => void;

/** The most that fits into one bus message (1 MB): a long document, or the maximum number of mail recipients with their longest names. */
export const LONG_BODY_BYTES = 900_000;

const MAX_RECORDED = 10_000;

const ACROSS_TENANTS: Pick<FastifySchema, "tags" | "security"> = {
  tags: ["management"],
  security: [{ token: [] }, { hmac: [] }],
};
const IN_TENANT = { ...ACROSS_TENANTS, querystring: tenantQuery };

/** Declares one route of the management API. Without `query` it takes only `tenant_id`. */
export function ownerRoute<
  A extends Answers,
  P extends z.ZodType = z.ZodUnknown,
  Q extends z.ZodType = typeof tenantQuery,
  B extends z.ZodType = z.ZodUnknown,
  D extends Deps<"bus"> = Deps<"bus">,
>(declared: OwnerSpec<P, Q, B, A, D>): OwnerRoute<D> {
  const { role, acrossTenants, records, recordsOnceInMs, config, onRequest, handle, ...spec } = declared;
  return (app, deps) => {
    const recorded = new ExpiringMap<string, true>({ ttlMs: recordsOnceInMs ?? 0, maxEntries: MAX_RECORDED });
    const record = async (principal: TenantPrincipal, act: Act): Promise<void> => {
      const name = JSON.stringify([principal.tenantId, principal.id, principal.address, act]);
      if (recorded.get(name)) return;
      await deps.bus.call(recordAct, { principal, ...act });
      if (recordsOnceInMs !== undefined) recorded.set(name, true);
    };
    declareRoute(app, acrossTenants ? ACROSS_TENANTS : IN_TENANT, {
      spec: { ...spec, config: role === undefined ? config : { ...config, role } },
      onRequest: onRequest && ((request) => onRequest(request, deps)),
      handle: async (call) => {
        const owned = ownerCall(call);
        const act = records?.(call.params, owned.principal);
        if (act) await record(owned.principal, act);
        return handle(owned, deps);
      },
    });
  };
}

function ownerCall<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  call: Call<P, Q, B>,
): OwnerCall<P, Q, B> {
  const { request, reply } = call;
  return {
    ...call,
    get principal() {
      return tenantPrincipal(request);
    },
    get repeatable() {
      return ownerRepeatable(request);
    },
    markReplay: (replayed) => markReplay(request, reply, replayed),
  };
}

/** The audit entry of an act on the object that `:id` names. */
export const actOn =
  (targetType: string, action: string) =>
  ({ id }: { id: string }): Act => ({ action, targetType, targetId: id });

/** A page from the bus, with the names of the HTTP interface. */
export const wirePage = <T>({ data, nextCursor }: { data: T[]; nextCursor: string | null }) => ({
  data,
  next_cursor: nextCursor,
});
export const DELETED = { deleted: true } as const;
