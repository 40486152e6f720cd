import { lookup as systemLookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import type { AddressRules } from "./address-rules.js";
import type { Resolve } from "./types.js";

/** A name that leads to an address nobody may call. */
export class ForbiddenAddress extends Error {
  constructor() {
    super("the name leads to an address that may not be called");
    this.name = "ForbiddenAddress";
  }
}

export const systemResolve: Resolve = async (host) => {
  const found = await systemLookup(host, { all: true });
  return found.map(({ address }) => address);
};

/**
 * The look-up of each new connection. The socket connects to what is answered here and nothing is resolved again, so a name
 * cannot change its mind between the check and the connection. One forbidden address is enough to refuse the name.
 */
export function checkedLookup(rules: AddressRules, resolve: Resolve): LookupFunction {
  return (host, options, done) => {
    resolve(host)
      .then((addresses) => {
        if (addresses.length === 0) throw new Error("the name has no address");
        if (!addresses.every((address) => isIP(address) !== 0 && rules.permits(address))) throw new ForbiddenAddress();
        return addresses.map((address) => ({ address, family: isIP(address) }));
      })
      .then(
        (found) => {
          const [first] = found;
          if (options.all) done(null, found);
          else done(null, first?.address ?? "", first?.family ?? 4);
        },
        (error: unknown) => done(error instanceof Error ? error : new Error("the look-up failed"), ""),
      );
  };
}
