import { useQuery } from "@tanstack/react-query";
import type { UserSession } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { useSending } from "../api/use-sending.js";
import { announce } from "../app/announcement.js";
import { me, signOut } from "../app/sign-in.js";
import { ProblemCard, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";

/** The browsers in which the reader is signed in. */
export function OwnSessions() {
  const api = useApi();
  const query = useQuery({ queryKey: ["own-sessions"], queryFn: answered(() => api.ownSessions()) });
  const { busy, problem, send } = useSending();
  const end = async (one: UserSession): Promise<void> => {
    if ((await send(one.id, () => api.endOwnSession(one.id))) === null) return;
    announce(`Signed out: ${one.browser}.`);
    await query.refetch();
  };
  const endAll = async (): Promise<void> => {
    const id = me.get()?.user?.id;
    if (id !== undefined && (await send("all", () => api.endSessions(id))) !== null) signOut("chosen");
  };
  return (
    <section className="block" aria-labelledby="own-sessions">
      <div className="block-head wrap">
        <h2 id="own-sessions">Where you are signed in</h2>
        <button type="button" className="button quiet small risky" aria-disabled={busy} onClick={() => void endAll()}>
          Sign out everywhere
        </button>
      </div>
      {problem && <ProblemCard problem={problem} />}
      <WhenReady query={query}>
        {({ data }) => (
          <ul className="rows">
            {data.map((one) => (
              <li key={one.id} className="row with-actions">
                <div>
                  <div className="row-main">
                    <h3 className="row-title">{one.browser}</h3>
                    {one.current && <span className="chip active">This browser</span>}
                  </div>
                  <p className="row-facts">
                    <span>
                      since <Time value={one.created_at} />
                    </span>
                    <span>
                      used <Time value={one.last_used_at} />
                    </span>
                  </p>
                </div>
                {!one.current && (
                  <div className="actions">
                    <button
                      type="button"
                      className="button quiet small risky"
                      aria-disabled={busy}
                      onClick={() => void end(one)}
                    >
                      Sign out<span className="visually-hidden"> of {one.browser}</span>
                    </button>
                  </div>
                )}
              </li>
            ))}
          </ul>
        )}
      </WhenReady>
    </section>
  );
}
