import * as contracts from "@parley/contracts";
import type { Component } from "@parley/runtime";
import { createAgentsShown } from "./agents.js";
import type { LinksDeps } from "./deps.js";
import { bulkLinks } from "./handlers/bulk-links.js";
import { claimSignature } from "./handlers/claim-signature.js";
import { createKey } from "./handlers/create-key.js";
import { createLink } from "./handlers/create-link.js";
import { createTenant } from "./handlers/create-tenant.js";
import { createToken } from "./handlers/create-token.js";
import { deleteKey } from "./handlers/delete-key.js";
import { deleteLink } from "./handlers/delete-link.js";
import { deleteToken } from "./handlers/delete-token.js";
import { getLink } from "./handlers/get-link.js";
import { listKeys } from "./handlers/list-keys.js";
import { listLinks } from "./handlers/list-links.js";
import { listTenants } from "./handlers/list-tenants.js";
import { listTokens } from "./handlers/list-tokens.js";
import { resolveKey } from "./handlers/resolve-key.js";
import { resolveLink } from "./handlers/resolve-link.js";
import { revealLink } from "./handlers/reveal-link.js";
import { rotateKey } from "./handlers/rotate-key.js";
import { updateKey } from "./handlers/update-key.js";
import { updateLink } from "./handlers/update-link.js";
import { updateTenant } from "./handlers/update-tenant.js";
import { verifyToken } from "./handlers/verify-token.js";
import { serveSecurity } from "./security/register.js";
import { serveTemplates } from "./templates/register.js";
import { serveVerification } from "./verification/register.js";

/** Each works through up to 500 links, in turn with the others. */
const MAX_BULK = 32;

/** Tenants, their credentials, and public links: everything that decides who may come in. */
export function createLinks(deps: LinksDeps): Component {
  let verification: { stop(): Promise<void> } | undefined;
  return {
    name: "links",
    async start() {
      const { bus } = deps;
      const bound = { maxInFlight: deps.config.LINKS_MAX_IN_FLIGHT };
      bus.serve(contracts.verifyToken, verifyToken(deps), bound);
      bus.serve(contracts.resolveKey, resolveKey(deps), bound);
      bus.serve(contracts.claimSignature, claimSignature(deps), bound);
      const agentShown = createAgentsShown(bus);
      bus.serve(contracts.resolveLink, resolveLink(deps, agentShown), bound);
      verification = serveVerification(deps, agentShown);
      serveSecurity(deps);
      bus.serve(contracts.createLink, createLink(deps), bound);
      bus.serve(contracts.listLinks, listLinks(deps), bound);
      bus.serve(contracts.getLink, getLink(deps), bound);
      bus.serve(contracts.updateLink, updateLink(deps), bound);
      bus.serve(contracts.deleteLink, deleteLink(deps), bound);
      bus.serve(contracts.bulkLinks, bulkLinks(deps), { maxInFlight: MAX_BULK });
      bus.serve(contracts.revealLink, revealLink(deps), bound);
      serveTemplates(deps);
      bus.serve(contracts.createTenant, createTenant(deps), bound);
      bus.serve(contracts.createToken, createToken(deps), bound);
      bus.serve(contracts.deleteToken, deleteToken(deps), bound);
      bus.serve(contracts.createKey, createKey(deps), bound);
      bus.serve(contracts.rotateKey, rotateKey(deps), bound);
      bus.serve(contracts.updateKey, updateKey(deps), bound);
      bus.serve(contracts.updateTenant, updateTenant(deps), bound);
      bus.serve(contracts.deleteKey, deleteKey(deps), bound);
      bus.serve(contracts.listKeys, listKeys(deps), bound);
      bus.serve(contracts.listTokens, listTokens(deps), bound);
      bus.serve(contracts.listTenants, listTenants(deps), bound);
      await bus.settled();
    },
    // The bus drains what is in hand when the process closes it; besides, this service holds only mails.
    async stop() {
      await verification?.stop();
    },
    async ready() {
      if (!deps.bus.status().usable) return "bus is not connected";
      return (await deps.db.ping()) || "database is not reachable";
    },
  };
}
