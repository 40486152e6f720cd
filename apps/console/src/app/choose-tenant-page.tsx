import { useEffect, useState } from "react";
import type { SignInTenant } from "../api/answers.js";
import { createApi } from "../api/api.js";
import type { Problem } from "../api/problem.js";
import { roleLabel } from "../settings/credential-words.js";
import { Button } from "../ui/button.js";
import { ProblemCard } from "../ui/problem-card.js";
import { Time } from "../ui/time.js";
import styles from "./choose-tenant-page.module.css";
import { Entrance } from "./entrance.js";
import { usePageTitle } from "./page-title.js";
import { choosing, signInAs } from "./sign-in.js";

/** The browser's cookie identifies the returning user; a token of this tab is not used here. */
const api = createApi({ token: () => null, onRefusedToken: () => undefined });

/** For users of several tenants who return from the identity provider. */
export function ChooseTenantPage() {
  const [tenants, setTenants] = useState<SignInTenant[] | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  usePageTitle("Sign in");
  useEffect(() => {
    let over = false;
    void api.tenantsToChoose().then((answer) => {
      if (over) return;
      if (answer.type === "ok") setTenants(answer.value.data);
      else setProblem(answer);
    });
    return () => {
      over = true;
    };
  }, []);
  const enter = async (id: string): Promise<void> => {
    if (busy !== null) return;
    setBusy(id);
    const chosen = await api.chooseTenant(id);
    const answer = chosen.type === "ok" ? await api.me() : chosen;
    setBusy(null);
    if (answer.type !== "ok") return setProblem(answer);
    history.replaceState(null, "", "/console");
    signInAs(answer.value);
  };
  return (
    <Entrance title="Where do you want to go?">
      {problem !== null ? (
        <>
          <ProblemCard problem={problem} />
          <Button look="primary" onClick={() => choosing.set(false)}>
            Sign in again
          </Button>
        </>
      ) : (
        <>
          <p className={styles.facts}>
            Your account belongs to several organisations. To change later, sign out and in again.
          </p>
          <ul className={styles.tenants}>
            {tenants?.map(({ id, name, role, last_seen_at: seen }) => (
              <li key={id}>
                <button
                  type="button"
                  className={styles.tenant}
                  aria-disabled={busy !== null}
                  onClick={() => void enter(id)}
                >
                  <strong>{busy === id ? "Signing in…" : name}</strong>
                  <span className={styles.facts}>
                    {roleLabel(role)} ·{" "}
                    {seen === null ? (
                      "never signed in"
                    ) : (
                      <>
                        seen <Time at={seen} />
                      </>
                    )}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Entrance>
  );
}
