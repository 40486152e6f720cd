import * as contracts from "@parley/contracts";
import type { Mailer } from "@parley/mail";
import type { LinksDeps } from "../deps.js";
import { removeUser, updateUser } from "./change-user.js";
import { inviteUser } from "./invite-user.js";
import { listUsers } from "./list-users.js";

/** Answers the messages about people who manage. */
export function bindUsers(deps: LinksDeps, mailer: Mailer): void {
  const { bus } = deps;
  const bound = { maxInFlight: deps.config.LINKS_MAX_IN_FLIGHT };
  bus.serve(contracts.listUsers, listUsers(deps), bound);
  bus.serve(contracts.inviteUser, inviteUser(deps, mailer), bound);
  bus.serve(contracts.updateUser, updateUser(deps), bound);
  bus.serve(contracts.removeUser, removeUser(deps), bound);
}
