import { useEffect, useState } from "preact/hooks";
import { pageTitle } from "../data/page-title.js";
import { looksLikeToken, signIn } from "../data/sign-in.js";
import { createApi } from "../net/api.js";
import type { Problem } from "../net/problem.js";
import { Field, focusFirst } from "../view/field.js";
import { ProblemCard } from "../view/states.js";

const NO_TOKEN = "starts with ak_ and has only letters, digits and underscores";

/** Asks for a management token and tries it before anything else is shown. */
export function SignInPage({ reason }: { reason: "refused" | "chosen" | null }) {
  const [value, setValue] = useState("");
  const [wrong, setWrong] = useState<string | undefined>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    pageTitle.value = "Sign in";
    document.getElementById("field-token")?.focus();
  }, []);

  const refuse = (message: string): void => {
    setWrong(message);
    focusFirst({ token: message });
  };
  const submit = async (event: Event): Promise<void> => {
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
    <main class="sign-in">
      <div class="brand large">
        <span class="mark" aria-hidden="true" />
        Parley
      </div>
      <h1>Sign in to the console</h1>
      {reason === "refused" && (
        <p class="note" role="status">
          The server no longer accepts the token you used. Sign in again.
        </p>
      )}
      {reason === "chosen" && (
        <p class="note" role="status">
          You are signed out. The token is forgotten in this tab.
        </p>
      )}
      <form noValidate onSubmit={(event) => void submit(event)}>
        <Field
          name="token"
          label="Access token"
          help="It is kept in this tab only and forgotten when you sign out or close it."
          problem={wrong}
        >
          {(control) => (
            <input
              {...control}
              class="input mono"
              type="password"
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              placeholder="ak_…"
              value={value}
              onInput={(event) => setValue(event.currentTarget.value)}
            />
          )}
        </Field>
        {problem && <ProblemCard problem={problem} />}
        <button type="submit" class="button primary wide" aria-disabled={busy}>
          {busy ? "Signing in…" : "Sign in"}
        </button>
      </form>
      <p class="help">
        Where to find one: <code>npm start</code> prints an admin token. Owners and admins make more with{" "}
        <code>POST /api/tokens</code>; a token with the role <em>viewer</em> can look but not change.
      </p>
    </main>
  );
}
