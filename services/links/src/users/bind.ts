import * as contracts from "@parley/contracts";
import type { Mailer } from "@parley/mail";
import type { LinksDeps } from "../deps.js";
import { removeUser, updateUser } from "./change-user.js";
import { inviteUser } from "./invite-user.js";
import { listUsers } from "./list-users.js";
import { beginOidc } from "./oidc/begin.js";
import { chooseOidcTenant, oidcTenants } from "./oidc/choose.js";
import { finishOidc } from "./oidc/finish.js";
import { createOidc } from "./oidc/provider.js";
import * as sessions from "./sessions.js";
import { askSignIn, useSignInLink, verifyUserSession } from "./sign-in.js";

/** Serves users and their sign-in. `stop` waits for mails that are being sent. */
export function bindUsers(deps: LinksDeps, mailer: Mailer): { stop(): Promise<void> } {
  const { bus, logger } = deps;
  const inHand = new Set<Promise<void>>();
  const behind = (work: Promise<void>): void => {
    const done = work
      .catch((error: unknown) => logger.warn({ err: error }, "sign_in.mail_failed"))
      .finally(() => inHand.delete(done));
    inHand.add(done);
  };
  const bound = { maxInFlight: deps.config.LINKS_MAX_IN_FLIGHT };
  bus.serve(contracts.listUsers, listUsers(deps), bound);
  bus.serve(contracts.inviteUser, inviteUser(deps, mailer), bound);
  bus.serve(contracts.updateUser, updateUser(deps), bound);
  bus.serve(contracts.removeUser, removeUser(deps), bound);
  bus.serve(contracts.askSignIn, askSignIn(deps, { mailer, behind }), bound);
  bus.serve(contracts.useSignInLink, useSignInLink(deps), bound);
  bus.serve(contracts.verifyUserSession, verifyUserSession(deps), bound);
  bus.serve(contracts.endUserSession, sessions.endUserSession(deps), bound);
  bus.serve(contracts.endUserSessions, sessions.endUserSessions(deps), bound);
  bus.serve(contracts.listUserSessions, sessions.listUserSessions(deps), bound);
  bus.serve(contracts.revokeUserSession, sessions.revokeUserSession(deps), bound);
  bus.serve(contracts.identifyCaller, sessions.identifyCaller(deps), bound);
  const oidc = createOidc(deps);
  bus.serve(contracts.signInOptions, async () => ({ oidc: oidc === null ? null : { name: oidc.name } }), bound);
  bus.serve(contracts.beginOidc, beginOidc(deps, oidc), bound);
  bus.serve(contracts.finishOidc, finishOidc(deps, oidc), bound);
  bus.serve(contracts.oidcTenants, oidcTenants(deps), bound);
  bus.serve(contracts.chooseOidcTenant, chooseOidcTenant(deps), bound);
  return {
    async stop() {
      await Promise.all(inHand);
    },
  };
}
