import { type FormEvent, useEffect, useRef, useState } from "react";
import { type Api, createApi } from "../api/api.js";
import type { Problem } from "../api/problem.js";
import { AnchorButton, Button } from "../ui/button.js";
import { ProblemCard } from "../ui/problem-card.js";
import { AskLink } from "./ask-link.js";
import { Entrance, Entry } from "./entrance.js";
import styles from "./entrance.module.css";
import { usePageTitle } from "./page-title.js";
import { looksLikeToken, type SignOutReason, signIn, signInWays } from "./sign-in.js";
import { useStore } from "./store.js";

const NO_TOKEN = "starts with ak_ and has only letters, digits and underscores";

/** Asks for an address to mail a link to, or for a management token, which is tested before anything else is shown. */
export function SignInPage({ api, reason }: { api: Api; reason: SignOutReason | null }) {
  usePageTitle("Sign in");
  return (
    <Entrance title="Sign in to the console">
      {reason === "refused" && (
        <p className={styles.note} role="status">
          Your sign-in is no longer valid. Sign in again.
        </p>
      )}
      {reason === "chosen" && (
        <p className={styles.note} role="status">
          You are signed out in this tab.
        </p>
      )}
      {reason === "provider" && (
        <p className={styles.note} role="status">
          You could not be signed in with this account. Ask an administrator for an invitation.
        </p>
      )}
      <ProviderLink api={api} />
      <AskLink api={api} />
      <TokenForm />
    </Entrance>
  );
}

/** The link to the identity provider, if one is configured. */
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
    <AnchorButton look="primary" href="/api/sign-in/oidc">
      Continue with {ways.oidc.name}
    </AnchorButton>
  );
}

function TokenForm() {
  const [value, setValue] = useState("");
  const [wrong, setWrong] = useState<string | undefined>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);

  const refuse = (message: string): void => {
    setWrong(message);
    field.current?.focus();
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
    <form className={styles.other} noValidate onSubmit={(event) => void submit(event)}>
      <Entry
        ref={field}
        label="Access token"
        help="Or use a token instead. It is kept in this tab only and forgotten when you sign out or close it."
        error={wrong}
        type="password"
        mono
        placeholder="ak_…"
        value={value}
        onChange={setValue}
      />
      {problem && <ProblemCard problem={problem} />}
      <Button type="submit" busy={busy}>
        {busy ? "Signing in…" : "Sign in"}
      </Button>
      <p className={styles.fine}>
        On a new installation, open the sign-in address that <code>npm start</code> prints.
      </p>
    </form>
  );
}
