import { checkPin, decideAccessRequest, getAccessPolicy, listAccessRequests, setAccessPolicy } from "@parley/contracts";
import type { Mailer } from "@parley/mail";
import type { LinksDeps } from "../deps.js";
import { checkPin as check } from "./check-pin.js";
import { decideRequest } from "./decide-request.js";
import { getPolicy } from "./get-policy.js";
import { listRequests } from "./list-requests.js";
import { setPolicy } from "./set-policy.js";

/** Each call hashes a PIN (16 MiB and some 30 ms); calls above this limit get `overloaded` and use no try. */
const MAX_HASHING = 32;

/** Serves access policies, requests and PINs. */
export function bindAccess(deps: LinksDeps, mailer: Mailer): void {
  const { bus, config } = deps;
  const bound = { maxInFlight: config.LINKS_MAX_IN_FLIGHT };
  bus.serve(getAccessPolicy, getPolicy(deps), bound);
  bus.serve(setAccessPolicy, setPolicy(deps), bound);
  bus.serve(listAccessRequests, listRequests(deps), bound);
  bus.serve(decideAccessRequest, decideRequest(deps, mailer), bound);
  bus.serve(checkPin, check(deps), { maxInFlight: MAX_HASHING });
}
