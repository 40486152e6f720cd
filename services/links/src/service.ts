import { exportAccess as exportAccessContract, linksSettings, readSettings, requireRole } from "@parley/contracts";
import { type Lookout, startLookout } from "@parley/jobs";
import { createMailer, mailOAuth } from "@parley/mail";
import type { Component } from "@parley/runtime";
import { bindAudit } from "./audit/bind.js";
import { linksConfig } from "./config.js";
import { bindCredentials } from "./credentials/bind.js";
import type { LinksDeps } from "./deps.js";
import { bindDistribution } from "./distribution/bind.js";
import { createAgentsShown } from "./links/agents.js";
import { bindLinks } from "./links/bind.js";
import { bindMessageTemplates } from "./message-templates/bind.js";
import { exportAccess } from "./privacy-export/export-person.js";
import { bindSecurity } from "./security/bind.js";
import { bindTemplates } from "./templates/bind.js";
import { bindUsers } from "./users/bind.js";
import { bindVerification } from "./verification/bind.js";
import { keepMail, keepMailOnce } from "./verification/repository.js";

/** What admins see of the configuration; no secrets. */
const SHOWN = {
  retention: ["SEND_LOG_DAYS"],
  sign_in: [
    ...(["CONSOLE_IDLE_HOURS", "CONSOLE_SESSION_DAYS", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_NAME"] as const),
    ...(["OIDC_DOMAINS", "OIDC_TENANT_ID", "OIDC_DEFAULT_ROLE", "OIDC_TRUST_EMAIL"] as const),
  ],
} as const;

/** Tenants, their credentials, and public links: everything that decides on access. */
export function createLinks(deps: LinksDeps): Component {
  let open: { stop(): Promise<void> }[] = [];
  let lookout: Lookout | undefined;
  let closeMailer: (() => Promise<void>) | undefined;
  return {
    name: "links",
    async start() {
      const agentShown = createAgentsShown(deps.bus);
      bindCredentials(deps);
      deps.bus.serve(linksSettings, async ({ principal }) => {
        requireRole(principal, "admin");
        return { data: readSettings(linksConfig, deps.config, SHOWN) };
      });
      bindLinks(deps, agentShown);
      bindTemplates(deps);
      bindMessageTemplates(deps);
      bindSecurity(deps);
      deps.bus.serve(exportAccessContract, exportAccess(deps), { maxInFlight: 2 });
      const mailer = createMailer({
        url: deps.config.SMTP_URL,
        oauth: mailOAuth(deps.config),
        from: deps.config.MAIL_FROM,
        logger: deps.logger,
        mailbox: (mail) =>
          mail.id === undefined ? keepMail(deps.db, mail) : keepMailOnce(deps.db, { ...mail, id: mail.id }),
      });
      lookout = startLookout(deps);
      const users = bindUsers(deps, mailer);
      const verification = bindVerification(deps, { mailer, agentShown });
      const distribution = bindDistribution(deps, mailer, lookout);
      open = [distribution, verification, users, bindAudit(deps)];
      closeMailer = () => mailer.close();
      await deps.bus.settled();
    },
    // The bus drains running calls when the process closes it; otherwise this service holds only mails.
    async stop() {
      await Promise.all(open.map((one) => one.stop()));
      await lookout?.stop();
      await closeMailer?.();
    },
    async ready() {
      if (!deps.bus.status().usable) return "bus is not connected";
      return (await deps.db.ping()) || "database is not reachable";
    },
  };
}
