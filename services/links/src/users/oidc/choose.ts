import {
  AppError,
  type chooseOidcTenant as chooseContract,
  type oidcTenants as tenantsContract,
} from "@parley/contracts";
import { z } from "zod";
import type { LinksDeps } from "../../deps.js";
import { type Account, enter, type OidcUser, usersOf } from "./account.js";

const CHOICE_MS = 600_000;
const AAD = "a tenant to choose after the identity provider";

const kept = z.object({ subject: z.string(), email: z.string().nullable(), until: z.number() });

/** For an account with several tenants: the sealed identity from the provider, which the browser keeps until one is chosen. */
export const sealedChoice = ({ secrets }: Pick<LinksDeps, "secrets">, { subject, email }: Account): string =>
  secrets.seal(JSON.stringify({ subject, email, until: Date.now() + CHOICE_MS }), AAD);

/** Asks the database again: users removed or disabled since cannot be chosen. Throws `sign_in_refused`. */
async function opened(deps: LinksDeps, choice: string): Promise<Account & { users: OidcUser[] }> {
  const account = read(deps, choice);
  if (account === null) throw new AppError("sign_in_refused");
  return { ...account, users: await usersOf(deps.db, account) };
}

function read({ secrets }: Pick<LinksDeps, "secrets">, choice: string): Account | null {
  try {
    const { until, ...account } = kept.parse(JSON.parse(secrets.open(choice, AAD)));
    return until > Date.now() ? account : null;
  } catch {
    return null;
  }
}

/** The tenants that the holder of a choice may sign in to, most recently used first. A read. */
export const oidcTenants =
  (deps: LinksDeps) =>
  async ({ choice }: z.output<typeof tenantsContract.request>): Promise<z.input<typeof tenantsContract.response>> => {
    const { users } = await opened(deps, choice);
    return {
      data: users.map(({ tenant_id: id, tenant: name, role, last_seen_at }) => ({ id, name, role, last_seen_at })),
    };
  };

/**
 * Signs in to the chosen tenant. Not idempotent: each call opens a session; the gateway deletes the choice from the browser with the
 * first.
 */
export const chooseOidcTenant =
  (deps: LinksDeps) =>
  async (input: z.output<typeof chooseContract.request>): Promise<z.input<typeof chooseContract.response>> => {
    const { users, subject } = await opened(deps, input.choice);
    const user = users.find((one) => one.tenant_id === input.tenantId);
    if (user === undefined) throw new AppError("sign_in_refused");
    return enter(deps, user, { subject, browser: input.agent, from: input.from });
  };
