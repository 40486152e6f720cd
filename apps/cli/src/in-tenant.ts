import type { Call, Transport } from "@parley/client";

/**
 * The same transport, working in one tenant. The tenant is in the address, which a signature covers: a captured request cannot be
 * redirected to another one.
 */
export function inTenant(transport: Transport, tenant: string | undefined): Transport {
  if (tenant === undefined) return transport;
  const named = (call: Call): Call => ({ ...call, query: { ...call.query, tenant_id: tenant } });
  return {
    json: (call) => transport.json(named(call)),
    open: (call, consume) => transport.open(named(call), consume),
    get skewMs() {
      return transport.skewMs;
    },
  };
}
