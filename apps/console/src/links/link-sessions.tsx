import { useLoad } from "../parts/use-load.js";
import type { Agent, Link } from "../api/answers.js";
import { pathOf } from "../app/route.js";
import { useApi } from "../api/api-context.js";
import { SessionRows } from "../sessions/session-rows.js";
import { WhenReady } from "../parts/states.js";

const NEWEST = 5;

/** The newest sessions of a link, and the way to all of them. */
export function LinkSessions({ agent, link }: { agent: Agent; link: Link }) {
  const api = useApi();
  const { loaded, reload } = useLoad(`sessions ${link.id}`, () => api.linkSessions(agent.id, link.id, NEWEST));
  return (
    <section class="block" aria-labelledby="sessions-title">
      <div class="block-head">
        <h2 id="sessions-title">Newest sessions</h2>
        <a href={pathOf({ page: "sessions", status: "", agent: "", link: link.id })}>All sessions of this link</a>
      </div>
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {({ data }) =>
          data.length === 0 ? (
            <p class="note">No session yet. One begins when somebody opens the address and writes.</p>
          ) : (
            <SessionRows sessions={data} agents={[agent]} />
          )
        }
      </WhenReady>
    </section>
  );
}
