import type { SignInTenant, WhoAmI } from "./answers.js";
import type { Caller } from "./call.js";

/** The signed-in user, signing in and signing out. */
export function signInCalls(call: Caller) {
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
  };
}
