import { part, query } from "./address.js";
import type { Page, User, UserSession } from "./answers.js";
import type { Caller } from "./call.js";

const PAGE = { limit: "200" };

/** Users of the console, and where they are signed in. */
export function userCalls(call: Caller) {
  const at = (id: string): string => `/users/${part(id)}`;
  return {
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
