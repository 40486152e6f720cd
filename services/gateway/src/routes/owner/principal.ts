import { AppError, type Principal, type SessionAccess } from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import { z } from "zod";

/** A caller in a tenant. */
export type TenantPrincipal = Principal & { tenantId: string };

const tenantId = z.uuid();

/** The tenant that an operator-wide caller names in the URL, which its signature covers. Undefined when none is named. */
function namedTenant(request: FastifyRequest): string | undefined {
  const { query } = request;
  const given = typeof query === "object" && query !== null && "tenant_id" in query ? query.tenant_id : undefined;
  if (given === undefined) return undefined;
  const parsed = tenantId.safeParse(given);
  if (parsed.success) return parsed.data;
  throw refused("uuid", "must be a UUID");
}

const refused = (rule: string, message: string): AppError =>
  new AppError("validation_failed", { errors: [{ pointer: "query/tenant_id", rule, message }] });

/**
 * The caller as an owner call passes it on: with the tenant it works in. Throws `validation_failed` when an operator-wide
 * caller names none, `not_found` when a tenant's caller names another tenant.
 */
export function tenantPrincipal(request: FastifyRequest): TenantPrincipal {
  const { principal } = request.caller;
  const named = namedTenant(request);
  const own = principal.tenantId ?? named;
  if (own === undefined) throw refused("required", "must name the tenant to work in");
  if (named !== undefined && named !== own) throw new AppError("not_found");
  return { ...principal, tenantId: own };
}

/** As `tenantPrincipal`, for calls that an operator-wide caller may make without a tenant. */
export function anyPrincipal(request: FastifyRequest): Principal {
  const { principal } = request.caller;
  return principal.tenantId === null && namedTenant(request) === undefined ? principal : tenantPrincipal(request);
}

/** A caller that works across tenants. Throws `forbidden` for any other. */
export function operatorWide({ caller: { principal } }: FastifyRequest): Principal {
  if (principal.tenantId !== null) throw new AppError("forbidden");
  return principal;
}

/** Access to a session of the caller's tenant. */
export const ownerAccess = ({ tenantId }: TenantPrincipal, sessionId: string): SessionAccess => ({
  type: "hmac",
  tenantId,
  sessionId,
});

/** Who acts on an escalation: the credentials, or the operator that a signed backend names. */
export const actingOperator = (principal: Principal, given: string | undefined): string =>
  principal.via === "hmac" && given !== undefined ? given : principal.id;
