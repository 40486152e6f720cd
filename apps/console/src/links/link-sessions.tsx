import { useQuery } from "@tanstack/react-query";
import type { Agent, PublicLink } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { SessionRows } from "../sessions/session-rows.js";
import { Block, Note } from "../ui/block.js";
import { Link } from "../ui/link.js";
import { QueryView } from "../ui/query-view.js";

const NEWEST = 5;

/** The newest sessions of a link, and a link to all of them. */
export function LinkSessions({ agent, link }: { agent: Agent; link: PublicLink }) {
  const api = useLinkApi();
  const query = useQuery({
    queryKey: ["link", link.id, "sessions"],
    queryFn: answered(() => api.linkSessions(agent.id, link.id, NEWEST)),
  });
  return (
    <Block
      title="Newest sessions"
      actions={
        <Link to="/sessions" search={{ link: link.id }}>
          All sessions of this link
        </Link>
      }
    >
      <QueryView query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <Note>No session yet. One begins when somebody opens the address and writes.</Note>
          ) : (
            <SessionRows sessions={data} agents={[agent]} />
          )
        }
      </QueryView>
    </Block>
  );
}
