import {
  AppError,
  type askSignIn as askContract,
  type useSignInLink as useContract,
  type verifyUserSession as verifyContract,
} from "@parley/contracts";
import type { Mailer } from "@parley/mail";
import { parseToken, type Secrets } from "@parley/secrets";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { mailLanguage } from "../mails/mail-language.js";
import { writeMail } from "../mails/write-mail.js";
import { openSession } from "./open-session.js";
import {
  countAsk,
  insertSignInLink,
  type NewSignInLink,
  signInLinkById,
  takeSignInLink,
  touchUserSession,
  userSessionById,
} from "./sign-in-repository.js";

const LINK_SECONDS = 900;
/** Compared against when the id is unknown, so that it costs the same as a wrong secret. */
const NO_HASH = Buffer.alloc(32);

const browserHash = (secrets: Pick<Secrets, "keyedHash">, browser: string): string =>
  secrets.keyedHash(`sign-in browser:${browser}`);

/** Creates a link that signs a user in. The token is after the `#`, so no server, log or referrer ever gets it. */
export async function makeSignInLink(
  deps: Pick<LinksDeps, "db" | "secrets" | "config">,
  link: Pick<NewSignInLink, "tenantId" | "userId" | "browserHash">,
): Promise<string> {
  const { id: tokenId, hash, token } = deps.secrets.issue("signIn");
  await deps.db.tenant(link.tenantId, (trx) =>
    insertSignInLink(trx, { ...link, tokenId, hash, seconds: LINK_SECONDS }),
  );
  return `${deps.config.PUBLIC_URL}/console/sign-in#token=${token}`;
}

/**
 * Mails a link to every user with the address, one per tenant, after the answer: neither the answer nor its timing reveals whether
 * anybody has it. Not idempotent: each call sends another mail, within the limits of the address.
 */
export const askSignIn =
  (deps: LinksDeps, use: { mailer: Mailer; behind(work: Promise<void>): void }) =>
  async ({
    email,
    browser,
    languages = [],
  }: z.output<typeof askContract.request>): Promise<z.input<typeof askContract.response>> => {
    const asked = await countAsk(deps.db, { mailHash: deps.secrets.keyedHash(`sign-in:${email}`), email });
    if (asked.status === "wait")
      throw new AppError("rate_limited", { retryAfterSeconds: asked.seconds, extra: { scope: "email" } });
    for (const { id: userId, tenant_id: tenantId, tenant } of asked.users) {
      const of = { tenantId, userId, browserHash: browserHash(deps.secrets, browser) };
      const mailed = makeSignInLink(deps, of).then((address) => {
        const values = { tenant, address, minutes: LINK_SECONDS / 60 };
        return use.mailer.send({ tenantId, to: email, ...writeMail("signIn", mailLanguage(languages), values) });
      });
      use.behind(mailed);
    }
    return { expiresInSeconds: LINK_SECONDS };
  };

/** Consumes a link, in the browser that requested it, and opens a session. Idempotency key: the link; of two calls one succeeds. */
export const useSignInLink =
  (deps: LinksDeps) =>
  async (input: z.output<typeof useContract.request>): Promise<z.input<typeof useContract.response>> => {
    const parsed = parseToken("signIn", input.token);
    const row = parsed === null ? null : await signInLinkById(deps.db, parsed.id);
    const right = deps.secrets.verify(parsed?.secret ?? "", row?.token_hash ?? NO_HASH);
    if (parsed === null || row === null || !right) throw new AppError("sign_in_link_invalid");
    const bound = row.browser_hash;
    // A link taken from a mail, by a scanner or a thief, is useless without the browser that requested it, and is not consumed.
    if (bound !== null && (input.browser === null || browserHash(deps.secrets, input.browser) !== bound))
      throw new AppError("sign_in_link_invalid");
    const via = bound === null ? "start" : "mail";
    const { agent: browser, from } = input;
    const of = { tenantId: row.tenant_id, userId: row.user_id, via, browser, from } as const;
    const opened = await deps.db.tenant(row.tenant_id, async (trx) =>
      (await takeSignInLink(trx, parsed.id)) ? openSession(deps, trx, of) : null,
    );
    if (opened === null) throw new AppError("sign_in_link_invalid");
    return opened;
  };

/** The user signed in with a cookie; null for anything but a live session. A read, except for recording the last use. */
export const verifyUserSession =
  (deps: LinksDeps) =>
  async ({ token }: z.output<typeof verifyContract.request>): Promise<z.input<typeof verifyContract.response>> => {
    const row = await liveSession(deps, token);
    if (row === null) return { principal: null };
    touchUserSession(deps.db, { tenantId: row.tenant_id, id: row.id, userId: row.user_id }).catch((error: unknown) =>
      deps.logger.warn({ err: error }, "credential.touch_failed"),
    );
    return { principal: { tenantId: row.tenant_id, role: row.role, via: "user", id: row.user_id } };
  };

/** The session of a cookie's token, or null. */
export async function liveSession(deps: Pick<LinksDeps, "db" | "secrets" | "config">, token: string) {
  const parsed = parseToken("user", token);
  if (parsed === null) return null;
  const row = await userSessionById(deps.db, parsed.id, deps.config.CONSOLE_IDLE_HOURS);
  return deps.secrets.verify(parsed.secret, row?.token_hash ?? NO_HASH) ? row : null;
}
