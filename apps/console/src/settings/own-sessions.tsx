import { announce } from "../app/announcement.js";
import { me, signOut } from "../app/sign-in.js";
import { useLoad } from "../parts/use-load.js";
import { useSending } from "../api/use-sending.js";
import type { UserSession } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { ProblemCard, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";

/** The browsers in which the reader is signed in. */
export function OwnSessions() {
  const api = useApi();
  const { loaded, reload } = useLoad("own-sessions", () => api.ownSessions());
  const { busy, problem, send } = useSending();
  const end = async (one: UserSession): Promise<void> => {
    if ((await send(one.id, () => api.endOwnSession(one.id))) === null) return;
    announce(`Signed out: ${one.browser}.`);
    await reload();
  };
  const endAll = async (): Promise<void> => {
    const id = me.value?.user?.id;
    if (id !== undefined && (await send("all", () => api.endSessions(id))) !== null) signOut("chosen");
  };
  return (
    <section class="block" aria-labelledby="own-sessions">
      <div class="block-head wrap">
        <h2 id="own-sessions">Where you are signed in</h2>
        <button type="button" class="button quiet small risky" aria-disabled={busy} onClick={() => void endAll()}>
          Sign out everywhere
        </button>
      </div>
      {problem && <ProblemCard problem={problem} />}
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {({ data }) => (
          <ul class="rows">
            {data.map((one) => (
              <li key={one.id} class="row with-actions">
                <div>
                  <div class="row-main">
                    <h3 class="row-title">{one.browser}</h3>
                    {one.current && <span class="chip active">This browser</span>}
                  </div>
                  <p class="row-facts">
                    <span>
                      since <Time value={one.created_at} />
                    </span>
                    <span>
                      used <Time value={one.last_used_at} />
                    </span>
                  </p>
                </div>
                {!one.current && (
                  <div class="actions">
                    <button
                      type="button"
                      class="button quiet small risky"
                      aria-disabled={busy}
                      onClick={() => void end(one)}
                    >
                      Sign out<span class="visually-hidden"> of {one.browser}</span>
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
