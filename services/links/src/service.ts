import type { Component } from "@parley/runtime";
import { bindCredentials } from "./credentials/bind.js";
import type { LinksDeps } from "./deps.js";
import { createAgentsShown } from "./links/agents.js";
import { bindLinks } from "./links/bind.js";
import { bindSecurity } from "./security/bind.js";
import { bindTemplates } from "./templates/bind.js";
import { bindVerification } from "./verification/bind.js";

/** Tenants, their credentials, and public links: everything that decides who may come in. */
export function createLinks(deps: LinksDeps): Component {
  let verification: { stop(): Promise<void> } | undefined;
  return {
    name: "links",
    async start() {
      const agentShown = createAgentsShown(deps.bus);
      bindCredentials(deps);
      bindLinks(deps, agentShown);
      bindTemplates(deps);
      bindSecurity(deps);
      verification = bindVerification(deps, agentShown);
      await deps.bus.settled();
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
