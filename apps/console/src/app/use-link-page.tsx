import { useEffect, useState } from "react";
import { createApi } from "../api/api.js";
import type { Problem } from "../api/problem.js";
import { ProblemCard } from "../ui/problem-card.js";
import { usePageTitle } from "./page-title.js";
import { signInAs, signInLink } from "./sign-in.js";

/** What an address that signs in opens. Only its button uses the word up: programs that look at links press none. */
export function UseLinkPage({ word }: { word: string }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  usePageTitle("Sign in");
  useEffect(() => {
    document.getElementById("use-link")?.focus();
  }, []);
  const enter = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    // Without the token of this tab: the cookies say which browser it is. The token stays until the link has worked.
    const api = createApi({ token: () => null, onRefusedToken: () => undefined });
    const used = await api.signInBy(word);
    const answer = used.type === "ok" ? await api.me() : null;
    setBusy(false);
    if (used.type !== "ok") return setProblem(used);
    if (answer?.type !== "ok") return setProblem(answer);
    history.replaceState(null, "", "/console");
    signInAs(answer.value);
  };
  const leave = (): void => {
    history.replaceState(null, "", "/console");
    signInLink.set(null);
  };
  return (
    <main className="sign-in">
      <div className="brand large">
        <span className="mark" aria-hidden="true" />
        Parley
      </div>
      <h1>Sign in to the console</h1>
      {problem === null ? (
        <button
          type="button"
          id="use-link"
          className="button primary wide"
          aria-disabled={busy}
          onClick={() => void enter()}
        >
          {busy ? "Signing in…" : "Sign in"}
        </button>
      ) : (
        <>
          <ProblemCard problem={problem} />
          <button type="button" className="button primary wide" onClick={leave}>
            Sign in another way
          </button>
        </>
      )}
    </main>
  );
}
