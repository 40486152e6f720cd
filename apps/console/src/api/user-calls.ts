import { part, query } from "./address.js";
import type { Page, SignInTenant, User, UserSession, WhoAmI } from "./answers.js";
import type { Caller } from "./call.js";

const PAGE = { limit: "200" };

/** People who manage, and how they sign in. */
export function userCalls(call: Caller) {
  const at = (id: string): string => `/users/${part(id)}`;
  return {
    me: () => call<WhoAmI>("/users/me"),
    signInOptions: () => call<{ oidc: { name: string } | null; signed_in: boolean }>("/sign-in/options"),
    tenantsToChoose: () => call<{ data: SignInTenant[] }>("/sign-in/oidc/tenants"),
    chooseTenant: (id: string) =>
      call<{ expires_at: string }>("/sign-in/oidc/sessions", { method: "POST", body: { tenant_id: id } }),
    askSignIn: (email: string) =>
      call<{ expires_in_seconds: number }>("/sign-in/links", { method: "POST", body: { email } }),
    signInBy: (word: string) =>
      call<{ expires_at: string }>("/sign-in/sessions", { method: "POST", body: { token: word } }),
    endSignIn: () => call<{ signed_out: true }>("/sign-in/end", { method: "POST" }),
    ownSessions: () => call<{ data: UserSession[] }>("/users/me/sessions"),
    endOwnSession: (id: string) => call(`/users/me/sessions/${part(id)}`, { method: "DELETE" }),
    users: (cursor?: string) => call<Page<User>>(`/users${query({ ...PAGE, cursor })}`),
    inviteUser: (body: { email: string; role: string; name?: string }, idempotencyKey: string) =>
      call<User>("/users", { method: "POST", body, headers: { "idempotency-key": idempotencyKey } }),
    changeUser: (id: string, body: { role: string } | { disabled: boolean }) =>
      call<User>(at(id), { method: "PATCH", body }),
    removeUser: (id: string) => call(at(id), { method: "DELETE" }),
    endSessions: (id: string) => call<{ ended: number }>(`${at(id)}/sessions`, { method: "DELETE" }),
  };
}
