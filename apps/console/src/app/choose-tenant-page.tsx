import { useEffect, useState } from "react";
import type { SignInTenant } from "../api/answers.js";
import { createApi } from "../api/api.js";
import type { Problem } from "../api/problem.js";
import { roleLabel } from "../settings/credential-words.js";
import { ProblemCard } from "../ui/problem-card.js";
import { Time } from "../ui/time.js";
import styles from "./choose-tenant-page.module.css";
import { usePageTitle } from "./page-title.js";
import { choosing, signInAs } from "./sign-in.js";

/** Where the browser's cookie says who came back; a token of this tab decides nothing here. */
const api = createApi({ token: () => null, onRefusedToken: () => undefined });

/** For whoever came from the identity provider and belongs to several tenants. */
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
    <main className="sign-in">
      <div className="brand large">
        <span className="mark" aria-hidden="true" />
        Parley
      </div>
      <h1>Where do you want to go?</h1>
      {problem !== null ? (
        <>
          <ProblemCard problem={problem} />
          <button type="button" className="button primary wide" onClick={() => choosing.set(false)}>
            Sign in again
          </button>
        </>
      ) : (
        <>
          <p className="help">Your account belongs to several organisations. To change later, sign out and in again.</p>
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
    </main>
  );
}
