import * as contracts from "@parley/contracts";
import type { LinksDeps } from "../deps.js";
import { claimSignature } from "./claim-signature.js";
import { createKey } from "./create-key.js";
import { createTenant } from "./create-tenant.js";
import { createToken } from "./create-token.js";
import { deleteKey } from "./delete-key.js";
import { deleteToken } from "./delete-token.js";
import { demoWeekHandler, removeDemoWeekHandler } from "./demo-week.js";
import { listKeys } from "./list-keys.js";
import { listOperators } from "./list-operators.js";
import { listTenants } from "./list-tenants.js";
import { listTokens } from "./list-tokens.js";
import { resolveKey } from "./resolve-key.js";
import { rotateKey } from "./rotate-key.js";
import { updateKey } from "./update-key.js";
import { updateTenant } from "./update-tenant.js";
import { verifyToken } from "./verify-token.js";

/** Serves tenants, API tokens and signing keys. */
export function bindCredentials(deps: LinksDeps): void {
  const { bus } = deps;
  const bound = { maxInFlight: deps.config.LINKS_MAX_IN_FLIGHT };
  bus.serve(contracts.verifyToken, verifyToken(deps), bound);
  bus.serve(contracts.resolveKey, resolveKey(deps), bound);
  bus.serve(contracts.claimSignature, claimSignature(deps), bound);
  bus.serve(contracts.createTenant, createTenant(deps), bound);
  bus.serve(contracts.updateTenant, updateTenant(deps), bound);
  bus.serve(contracts.listTenants, listTenants(deps), bound);
  bus.serve(contracts.createToken, createToken(deps), bound);
  bus.serve(contracts.listTokens, listTokens(deps), bound);
  bus.serve(contracts.listOperators, listOperators(deps), bound);
  bus.serve(contracts.deleteToken, deleteToken(deps), bound);
  bus.serve(contracts.createKey, createKey(deps), bound);
  bus.serve(contracts.listKeys, listKeys(deps), bound);
  bus.serve(contracts.rotateKey, rotateKey(deps), bound);
  bus.serve(contracts.updateKey, updateKey(deps), bound);
  bus.serve(contracts.deleteKey, deleteKey(deps), bound);
  bus.serve(contracts.demoWeekState, demoWeekHandler(deps), bound);
  bus.serve(contracts.removeDemoWeek, removeDemoWeekHandler(deps), bound);
  bus.serve(contracts.hashRoot, async () => ({ sealed: deps.secrets.sealedHashRoot() }), bound);
}
