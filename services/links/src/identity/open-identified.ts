import {
  AppError,
  type openIdentified as contract,
  type IdentityRefusal,
  type LinkPolicy,
  newId,
  openVerified,
  tokenSubject,
  withoutLogo,
} from "@parley/contracts";
import { claimBy } from "@parley/db";
import type { Mailer } from "@parley/mail";
import { consentHash } from "@parley/secrets";
import type { z } from "zod";
import { admit } from "../access/admit.js";
import type { LinksDeps } from "../deps.js";
import type { AgentsShown } from "../links/agents.js";
import { type LinkRow, policyOf } from "../links/link-row.js";
import { findUsableLink } from "../links/repository.js";
import { mailLanguage } from "../mails/mail-language.js";
import { allowsAddress } from "../verification/allowed-address.js";
import { addressHash } from "../verification/code.js";
import type { PublishedKeys } from "./published-keys.js";
import { findIdentity, type IdentityRow } from "./repository.js";
import { identityAad } from "./settings.js";
import { type Identity, type IdentityKeys, verifyIdentity } from "./verify-identity.js";

type Input = z.output<typeof contract.request>;
type Answer = z.input<typeof contract.response>;

/** Dependencies of opening besides the connections. */
export interface Entrance {
  mailer: Mailer;
  agentShown: AgentsShown;
  published: PublishedKeys;
}

const refused = (reason: IdentityRefusal): Answer => ({ status: "refused", reason });

/**
 * Opens the conversation of a person identified by the embedding site. The identity is consumed before anything is opened: a repeat with
 * the same key opens the same conversation again, any other use gets `used`. Throws `link_unavailable`, `consent_required`,
 * `access_pending` and what opening throws.
 */
export const openIdentified =
  (deps: LinksDeps, entrance: Entrance) =>
  async (input: Input): Promise<Answer> => {
    const { tenantId, linkId } = input;
    const { link, row } = await deps.db.tenant(tenantId, async (trx) => ({
      link: await findUsableLink(trx, linkId),
      row: await findIdentity(trx, { id: linkId }),
    }));
    if (link === null || row === null || (link.expires_at !== null && link.expires_at <= link.db_now))
      throw new AppError("link_unavailable");
    const keys = keysOf(deps, entrance.published, { tenantId, linkId, row });
    if (keys === null) return refused("not_configured");
    const verified = await verifyIdentity(keys, input.identity, linkId);
    if (!verified.ok) return refused(verified.reason);
    const { identity } = verified;
    const person = personHash(deps, { tenantId, linkId }, identity);
    if (input.access !== undefined && (await holderOf(deps, input.access)) === person) return { status: "same" };
    if (!addressSuffices(link, identity.email)) return refused("address");
    const policy = policyOf(link, await entrance.agentShown(tenantId, link.agent_id));
    if (policy.consentText !== null && input.consentHash !== consentHash(policy.consentText))
      throw new AppError("consent_required");
    if (!(await takeIdentity(deps, input, identity))) return refused("used");
    return enter(deps, entrance.mailer, { input, policy, identity, person });
  };

/** The link's keys for verifying signatures; null = it accepts no identities. */
function keysOf(
  deps: LinksDeps,
  published: PublishedKeys,
  { tenantId, linkId, row }: { tenantId: string; linkId: string; row: IdentityRow },
): IdentityKeys | null {
  const sealed = [row.secret_sealed, row.previous_secret_sealed].filter((one) => one !== null);
  const { jwks_url: url, public_key: publicKey } = row;
  if (sealed.length === 0 && url === null && publicKey === null) return null;
  return {
    secrets: sealed.map((one) => deps.secrets.open(one, identityAad({ tenantId, id: linkId }))),
    publicKey,
    published: url === null ? null : (fresh) => published.of({ url, tenantId }, fresh),
  };
}

/** With an address the person is the same as one who confirms it by a code; without one they are known only on this link. */
function personHash(
  { secrets }: LinksDeps,
  { tenantId, linkId }: { tenantId: string; linkId: string },
  { email, sub }: Identity,
): string {
  if (email !== null) return addressHash(secrets, tenantId, email);
  return secrets.keyedHash(`identified:${tenantId}:${linkId}:${sub}`);
}

/** The person whose session a token opens; null also for an invalid token. */
async function holderOf(deps: LinksDeps, access: NonNullable<Input["access"]>): Promise<string | null> {
  try {
    return (await deps.bus.call(tokenSubject, { access })).participantHash ?? null;
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return null;
    throw error;
  }
}

/** A link that requires a confirmed address requires it from the site, within its allowed domains. */
function addressSuffices(link: LinkRow, email: string | null): boolean {
  if (!link.require_email && link.access_mode === "open") return true;
  return email !== null && allowsAddress(link.allowed_email_domains, email);
}

/** Whether this caller may use the identity: it is unused, or they used it themselves. */
function takeIdentity(
  deps: LinksDeps,
  { tenantId, linkId, idempotencyKey }: Input,
  { jti }: Identity,
): Promise<boolean> {
  const { keyedHash } = deps.secrets;
  // Without a key a caller cannot prove that it was them.
  const fingerprint = keyedHash(`identity by:${idempotencyKey ?? newId()}`);
  const key = keyedHash(`identity:${linkId}:${jti}`);
  return deps.db.tenant(tenantId, (trx) => claimBy(trx, { tenantId, scope: "links.identified", key, fingerprint }));
}

async function enter(
  deps: LinksDeps,
  mailer: Mailer,
  { input, policy, identity, person }: { input: Input; policy: LinkPolicy; identity: Identity; person: string },
): Promise<Answer> {
  const { tenantId, linkId, replyTo } = input;
  const { agentId, agentName } = policy;
  const { email, name, sub, attributes } = identity;
  if (policy.access === "approval" && email !== null) {
    const language = mailLanguage([policy.branding.locale, ...(input.languages ?? [])]);
    const candidate = { tenantId, agentId, agentName, linkId, email, addressHash: person, language };
    if (!(await admit(deps, mailer, candidate))) throw new AppError("access_pending");
  }
  const opened = await deps.bus.call(openVerified, {
    ...(email === null ? {} : { email }),
    person: { identifier: sub, ...(name === null ? {} : { name }), metadata: attributes },
    participantHash: person,
    link: withoutLogo(policy),
    consent: policy.consentText !== null,
    replyTo,
  });
  return { status: "opened", ...opened };
}
