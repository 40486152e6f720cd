import { useEffect, useState } from "preact/hooks";
import { pageTitle } from "./page-title.js";
import { signInAs, signInLink } from "./sign-in.js";
import { createApi } from "../api/api.js";
import type { Problem } from "../api/problem.js";
import { go } from "./navigation.js";
import { ProblemCard } from "../parts/states.js";

/** What an address that signs in opens. Only its button uses the word up: programs that look at links press none. */
export function UseLinkPage({ word }: { word: string }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    pageTitle.value = "Sign in";
    document.getElementById("use-link")?.focus();
  }, []);
  const enter = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    // Without the token of this tab: the cookies say which browser it is. The token stays until the link has worked.
    const api = createApi({ token: () => null, onRefusedToken: () => undefined });
    const used = await api.useSignIn(word);
    const answer = used.type === "ok" ? await api.me() : null;
    setBusy(false);
    if (used.type !== "ok") return setProblem(used);
    if (answer?.type !== "ok") return setProblem(answer);
    go({ page: "overview" }, { replace: true });
    signInAs(answer.value);
  };
  const leave = (): void => {
    go({ page: "overview" }, { replace: true });
    signInLink.value = null;
  };
  return (
    <main class="sign-in">
      <div class="brand large">
        <span class="mark" aria-hidden="true" />
        Parley
      </div>
      <h1>Sign in to the console</h1>
      {problem === null ? (
        <button
          type="button"
          id="use-link"
          class="button primary wide"
          aria-disabled={busy}
          onClick={() => void enter()}
        >
          {busy ? "Signing in…" : "Sign in"}
        </button>
      ) : (
        <>
          <ProblemCard problem={problem} />
          <button type="button" class="button primary wide" onClick={leave}>
            Sign in another way
          </button>
        </>
      )}
    </main>
  );
}
