import { useEffect, useRef, useState } from "react";
import { createApi } from "../api/api.js";
import type { Problem } from "../api/problem.js";
import { Button } from "../ui/button.js";
import { ProblemCard } from "../ui/problem-card.js";
import { Entrance } from "./entrance.js";
import { usePageTitle } from "./page-title.js";
import { signInAs, signInLink } from "./sign-in.js";

/** The page of a sign-in address. Only its button uses the token: programs that scan links press none. */
export function UseLinkPage({ word }: { word: string }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  usePageTitle("Sign in");
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  const enter = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    // Without the token of this tab: the cookies identify the browser. The token stays until the link has worked.
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
    <Entrance title="Sign in to the console">
      {problem === null ? (
        <Button ref={button} look="primary" busy={busy} onClick={() => void enter()}>
          {busy ? "Signing in…" : "Sign in"}
        </Button>
      ) : (
        <>
          <ProblemCard problem={problem} />
          <Button look="primary" onClick={leave}>
            Sign in another way
          </Button>
        </>
      )}
    </Entrance>
  );
}
