import { AppError, type finishOidc as contract, newId, normaliseEmail } from "@parley/contracts";
import { sql } from "@parley/db";
import * as client from "openid-client";
import { z } from "zod";
import type { LinksDeps } from "../../deps.js";
import { enter, type OidcUser, usersOf } from "./account.js";
import { type OidcState, STATE_AAD } from "./begin.js";
import { sealedChoice } from "./choose.js";
import { CALLBACK, codeOf, type Oidc } from "./provider.js";

const kept = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), until: z.number() });
const claims = z.looseObject({
  sub: z.string(),
  email: z.string().optional(),
  email_verified: z.boolean().optional(),
  name: z.string().optional(),
});
type Claims = z.output<typeof claims>;

/**
 * Signs in a person identified by the provider: a user who is bound to the account, or has its verified address; else a person from a
 * domain that may join. A user of several tenants chooses one first. Refuses everything else with one answer. Idempotency key: the
 * provider's code, which it accepts once.
 */
export const finishOidc =
  (deps: LinksDeps, oidc: Oidc | null) =>
  async ({
    state,
    query,
    agent,
    from,
  }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    if (oidc === null) throw new AppError("not_found");
    const who = await vouchedFor(deps, oidc, { state: opened(deps, state), query });
    const email = provenEmail(deps, who);
    const subject = deps.secrets.keyedHash(`oidc:${deps.config.OIDC_ISSUER}:${who.sub}`);
    const users = await usersOf(deps.db, { subject, email });
    // Only the person can choose among them.
    if (users.length > 1) return { choice: sealedChoice(deps, { subject, email }) };
    const user = users[0] ?? (await joined(deps, { email, name: who.name }));
    if (user === null) throw new AppError("sign_in_refused");
    return enter(deps, user, { subject, browser: agent, from });
  };

/** The state kept by the browser. Throws `sign_in_refused` for one not sealed here, or too old. */
function opened({ secrets }: Pick<LinksDeps, "secrets">, state: string): OidcState {
  try {
    const read = kept.parse(JSON.parse(secrets.open(state, STATE_AAD)));
    if (read.until > Date.now()) return read;
  } catch (cause) {
    throw new AppError("sign_in_refused", { cause });
  }
  throw new AppError("sign_in_refused");
}

/** The claims of the account, whose signature, issuer, audience, nonce, state and code were checked. */
async function vouchedFor(
  { config, logger }: Pick<LinksDeps, "config" | "logger">,
  oidc: Oidc,
  { state, query }: { state: OidcState; query: string },
): Promise<Claims> {
  const configuration = await oidc.discovered();
  const url = new URL(`${config.PUBLIC_URL}${CALLBACK}?${query}`);
  try {
    const tokens = await client.authorizationCodeGrant(configuration, url, {
      pkceCodeVerifier: state.verifier,
      expectedState: state.state,
      expectedNonce: state.nonce,
      idTokenExpected: true,
    });
    const own = claims.parse(tokens.claims());
    // Many providers return the address only here.
    if (own.email !== undefined) return own;
    return claims.parse(await client.fetchUserInfo(configuration, tokens.access_token, own.sub));
  } catch (cause) {
    logger.warn({ code: codeOf(cause) }, "sign_in.provider_failed");
    throw new AppError("sign_in_refused", { cause });
  }
}

/** The address, if the provider reports it as verified, or is trusted not to let users choose one freely. */
function provenEmail(
  { config }: Pick<LinksDeps, "config">,
  { email, email_verified: verified }: Claims,
): string | null {
  const proven = verified === true || (verified === undefined && config.OIDC_TRUST_EMAIL);
  return email !== undefined && proven ? normaliseEmail(email) : null;
}

/** Adds a person from a domain that may join. Null = from another domain, or already known: bound to another account, or removed. */
async function joined(
  { config, db }: Pick<LinksDeps, "config" | "db">,
  { email, name }: { email: string | null; name: string | undefined },
): Promise<Pick<OidcUser, "id" | "tenant_id"> | null> {
  const { OIDC_TENANT_ID: tenantId, OIDC_DOMAINS: domains, OIDC_DEFAULT_ROLE: role } = config;
  if (email === null || tenantId === undefined || !domains.includes(email.slice(email.lastIndexOf("@") + 1)))
    return null;
  const { rows } = await db.tenant(tenantId, (trx) =>
    sql<{ id: string }>`insert into users (id, tenant_id, email, name, role)
      select ${newId()}, id, ${email}, ${name?.slice(0, 200) ?? null}, ${role} from tenants where id = ${tenantId}
      on conflict (tenant_id, email) do nothing returning id`.execute(trx),
  );
  return rows[0] === undefined ? null : { id: rows[0].id, tenant_id: tenantId };
}
