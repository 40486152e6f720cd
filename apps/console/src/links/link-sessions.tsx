import { useQuery } from "@tanstack/react-query";
import type { Agent, PublicLink } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { Link } from "../parts/link.js";
import { WhenReady } from "../parts/states.js";
import { SessionRows } from "../sessions/session-rows.js";

const NEWEST = 5;

/** The newest sessions of a link, and the way to all of them. */
export function LinkSessions({ agent, link }: { agent: Agent; link: PublicLink }) {
  const api = useLinkApi();
  const query = useQuery({
    queryKey: ["link", link.id, "sessions"],
    queryFn: answered(() => api.linkSessions(agent.id, link.id, NEWEST)),
  });
  return (
    <section className="block" aria-labelledby="sessions-title">
      <div className="block-head">
        <h2 id="sessions-title">Newest sessions</h2>
        <Link to="/sessions" search={{ link: link.id }}>
          All sessions of this link
        </Link>
      </div>
      <WhenReady query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="note">No session yet. One begins when somebody opens the address and writes.</p>
          ) : (
            <SessionRows sessions={data} agents={[agent]} />
          )
        }
      </WhenReady>
    </section>
  );
}
