import { z } from "zod";
import { rpc } from "../declare.js";
import { signInTenant, userSessionView, userView, whoAmI } from "../http/users.js";
import { principal, repeatableRequest, replayable, role } from "./callers.js";

const uuid = z.uuid();
const one = { principal, id: uuid };
const user = z.object({ user: userView });

/** Newest first, removed ones included. Admins of the tenant. */
export const listUsers = rpc(
  "links",
  "list_users",
  "links",
  z.object({ principal, limit: z.number().int(), cursor: z.string().optional() }),
  z.object({ data: z.array(userView), nextCursor: z.string().nullable() }),
);

/** Admins of the tenant; nobody gives more than they have. `languages` (BCP 47, most wished first): of the mail. Throws `user_exists`. */
export const inviteUser = rpc(
  "links",
  "invite_user",
  "links",
  z.object({
    principal,
    /** In its one spelling, as `emailAddress` makes it. */
    email: z.string().max(254),
    role,
    name: z.string().optional(),
    languages: z.array(z.string()).optional(),
    ...repeatableRequest,
  }),
  z.object({ user: userView, ...replayable }),
);

/** Known to every gateway at once; `disabled` ends all sessions. Throws `user_not_found`, `forbidden`, `last_owner`. */
export const updateUser = rpc(
  "links",
  "update_user",
  "links",
  z.object({
    ...one,
    role: role.optional(),
    name: z.string().nullable().optional(),
    disabled: z.boolean().optional(),
  }),
  user,
);

/** Ends all sessions of the person. Known to every gateway at once. Throws `user_not_found`, `forbidden`, `last_owner`. */
export const removeUser = rpc("links", "remove_user", "links", z.object(one), z.object({}));

/** Where the request came from, for the audit. */
const from = z.object({ address: z.string().optional(), requestId: z.string().optional() }).default({});

/** A fresh session of a user: its token is for a cookie alone. */
const opened = z.object({ token: z.string(), expiresAt: z.string() });

/**
 * Mails a link to those who have the address. The answer is the same when nobody has. Throws `rate_limited` for the address.
 * `browser`: the secret of the browser that asks, without which the link is of no use.
 */
export const askSignIn = rpc(
  "links",
  "ask_sign_in",
  "links",
  z.object({ email: z.string().max(254), browser: z.string(), languages: z.array(z.string()).optional() }),
  z.object({ expiresInSeconds: z.number().int() }),
);

/** Uses a link up and opens a session. Throws `sign_in_link_invalid`, one answer for whatever is wrong. */
export const useSignInLink = rpc(
  "links",
  "use_sign_in_link",
  "links",
  z.object({ token: z.string(), browser: z.string().nullable(), agent: z.string().max(200), from }),
  opened,
);

/** Whose session a cookie holds; null for anything that is not a live one. */
export const verifyUserSession = rpc(
  "links",
  "verify_user_session",
  "links",
  z.object({ token: z.string() }),
  z.object({ principal: principal.nullable() }),
);

/** Ends the session of a cookie. Idempotent by state. Known to every gateway at once. */
export const endUserSession = rpc(
  "links",
  "end_user_session",
  "links",
  z.object({ token: z.string() }),
  z.object({ ended: z.boolean() }),
);

/** Ends all sessions of a user: the caller, or one whom an admin may change. Known to every gateway at once. */
export const endUserSessions = rpc(
  "links",
  "end_user_sessions",
  "links",
  z.object(one),
  z.object({ ended: z.number() }),
);

/** Live sessions of the caller, newest first; none of a token. `current`: public id of the caller's own. */
export const listUserSessions = rpc(
  "links",
  "list_user_sessions",
  "links",
  z.object({ principal, current: z.string().nullable() }),
  z.object({ data: z.array(userSessionView) }),
);

/** Ends one of the caller's own sessions. Throws `not_found`. */
export const revokeUserSession = rpc("links", "revoke_user_session", "links", z.object(one), z.object({}));

export const identifyCaller = rpc(
  "links",
  "identify_caller",
  "links",
  z.object({ principal }),
  z.object({ who: whoAmI }),
);

/** How people may sign in here beside a link by mail. */
export const signInOptions = rpc(
  "links",
  "sign_in_options",
  "links",
  z.object({}),
  z.object({ oidc: z.object({ name: z.string() }).nullable() }),
);

/** Where to send a browser to sign in at the identity provider, and what it must bring back (sealed). Throws `not_found`, `not_ready`. */
export const beginOidc = rpc(
  "links",
  "begin_oidc",
  "links",
  z.object({}),
  z.object({ url: z.string(), state: z.string() }),
  15_000,
);

/**
 * Opens a session for whom the provider vouches; `choice` (sealed) = that person has several tenants and must choose one. `query`: of
 * the address it sent the browser back to. Throws `sign_in_refused`.
 */
export const finishOidc = rpc(
  "links",
  "finish_oidc",
  "links",
  z.object({ state: z.string(), query: z.string(), agent: z.string().max(200), from }),
  z.union([opened, z.object({ choice: z.string() })]),
  25_000,
);

/** The tenants among which somebody chooses who comes from the provider. Throws `sign_in_refused`. */
export const oidcTenants = rpc(
  "links",
  "oidc_tenants",
  "links",
  z.object({ choice: z.string() }),
  z.object({ data: z.array(signInTenant) }),
);

/** Opens a session of one of these tenants. Throws `sign_in_refused`, also for a choice that is too old. */
export const chooseOidcTenant = rpc(
  "links",
  "choose_oidc_tenant",
  "links",
  z.object({ choice: z.string(), tenantId: uuid, agent: z.string().max(200), from }),
  opened,
);
