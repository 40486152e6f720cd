import { type FormEvent, useEffect, useState } from "react";
import { type Api, createApi } from "../api/api.js";
import type { Problem } from "../api/problem.js";
import { Field, focusFirst } from "../parts/field.js";
import { ProblemCard } from "../ui/problem-card.js";
import { AskLink } from "./ask-link.js";
import { usePageTitle } from "./page-title.js";
import { looksLikeToken, type SignOutReason, signIn, signInWays } from "./sign-in.js";
import { useStore } from "./store.js";

const NO_TOKEN = "starts with ak_ and has only letters, digits and underscores";

/** Asks for an address to mail a link to, or for a management token, and tries that before anything else is shown. */
export function SignInPage({ api, reason }: { api: Api; reason: SignOutReason | null }) {
  usePageTitle("Sign in");
  useEffect(() => {
    document.getElementById("field-email")?.focus();
  }, []);
  return (
    <main className="sign-in">
      <div className="brand large">
        <span className="mark" aria-hidden="true" />
        Parley
      </div>
      <h1>Sign in to the console</h1>
      {reason === "refused" && (
        <p className="note" role="status">
          The server no longer accepts how you were signed in. Sign in again.
        </p>
      )}
      {reason === "chosen" && (
        <p className="note" role="status">
          You are signed out in this tab.
        </p>
      )}
      {reason === "provider" && (
        <p className="note" role="status">
          You could not be signed in with this account. Ask somebody who manages people here for an invitation.
        </p>
      )}
      <ProviderLink api={api} />
      <AskLink api={api} />
      <TokenForm />
    </main>
  );
}

/** The way to the identity provider, where one is configured. */
function ProviderLink({ api }: { api: Api }) {
  const ways = useStore(signInWays);
  useEffect(() => {
    if (ways !== null) return;
    void api.signInOptions().then((answer) => {
      if (answer.type === "ok") signInWays.set(answer.value);
    });
  }, [api, ways]);
  if (!ways?.oidc) return null;
  return (
    <a className="button primary wide" href="/api/sign-in/oidc">
      Continue with {ways.oidc.name}
    </a>
  );
}

function TokenForm() {
  const [value, setValue] = useState("");
  const [wrong, setWrong] = useState<string | undefined>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);

  const refuse = (message: string): void => {
    setWrong(message);
    focusFirst({ token: message });
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const given = value.trim();
    setProblem(null);
    setWrong(undefined);
    if (!looksLikeToken(given)) return refuse(NO_TOKEN);
    setBusy(true);
    const answer = await createApi({ token: () => given, onRefusedToken: () => undefined }).agents();
    setBusy(false);
    if (answer.type === "ok") return signIn(given);
    if (answer.status === 401) return refuse(answer.detail);
    setProblem(answer);
  };

  return (
    <form className="other-way" noValidate onSubmit={(event) => void submit(event)}>
      <Field
        name="token"
        label="Access token"
        help="Or use a token instead. It is kept in this tab only and forgotten when you sign out or close it."
        problem={wrong}
      >
        {(control) => (
          <input
            {...control}
            className="input mono"
            type="password"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            placeholder="ak_…"
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
          />
        )}
      </Field>
      {problem && <ProblemCard problem={problem} />}
      <button type="submit" className="button quiet wide" aria-disabled={busy}>
        {busy ? "Signing in…" : "Sign in"}
      </button>
      <p className="help">
        On a new installation, open the sign-in address that <code>npm start</code> prints.
      </p>
    </form>
  );
}
