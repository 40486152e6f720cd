import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { agentsQuery } from "../agents/agent-queries.js";
import type { Agent } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { Link } from "../parts/link.js";
import { PageHeader } from "../parts/page-header.js";
import { Empty, WhenReady } from "../parts/states.js";
import { LinkList } from "./link-list.js";

const route = getRouteApi("/links/{-$agent}");

/** Links of one agent; without a name, of the first one. */
export function LinksPage() {
  const { agent: name } = route.useParams();
  const api = useApi();
  const agents = useQuery(agentsQuery(api));
  const all = agents.data?.data ?? [];
  const chosen = name === undefined ? all[0] : all.find((agent) => agent.slug === name || agent.id === name);
  return (
    <>
      <PageHeader
        title="Links"
        lead="Addresses you give to people outside. Whoever has one can talk to the agent, within its limits."
      >
        {chosen && (
          <>
            <Link className="button primary" to="/links/$agent/new" params={{ agent: chosen.slug }}>
              Create a link
            </Link>
            <Link className="button quiet" to="/links/$agent/many" params={{ agent: chosen.slug }}>
              For many people
            </Link>
          </>
        )}
      </PageHeader>
      <WhenReady query={agents}>
        {({ data }) => (data.length === 0 ? <NoAgents /> : <AgentChoice agents={data} chosen={chosen} />)}
      </WhenReady>
      {agents.data && all.length > 0 && chosen === undefined && (
        <Empty title="No such agent">
          <p>Choose one from the list above.</p>
        </Empty>
      )}
      {chosen && <LinkList key={chosen.id} agent={chosen} empty={<NoLinks agent={chosen} />} />}
    </>
  );
}

function NoAgents() {
  return (
    <Empty title="First comes an agent">
      <p>A link leads to an agent, and there is none yet.</p>
      <p>
        <Link className="button primary" to="/import/{-$agent}" params={{ agent: undefined }}>
          Import an agent
        </Link>
      </p>
    </Empty>
  );
}

function AgentChoice({ agents, chosen }: { agents: Agent[]; chosen: Agent | undefined }) {
  const navigate = useNavigate();
  return (
    <div className="filters">
      <div className="field">
        <label htmlFor="filter-agent">Agent</label>
        <select
          id="filter-agent"
          className="input"
          value={chosen?.slug ?? ""}
          onChange={(event) =>
            void navigate({ to: "/links/{-$agent}", params: { agent: event.currentTarget.value }, replace: true })
          }
        >
          {chosen === undefined && <option value="">Choose…</option>}
          {agents.map((agent) => (
            <option key={agent.id} value={agent.slug}>
              {agent.name}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

function NoLinks({ agent }: { agent: Agent }) {
  return (
    <Empty title={`No links to ${agent.name} yet`}>
      <p>
        A link is an address anyone can open in a browser, without an account. You decide how many conversations it
        allows, how long they are, and when it stops working.
      </p>
      {agent.active_version === null && (
        <p>
          This agent has no active version.{" "}
          <Link to="/agents/$agent" params={{ agent: agent.slug }}>
            Activate one
          </Link>{" "}
          first, or conversations cannot start.
        </p>
      )}
      <p>
        <Link className="button primary" to="/links/$agent/new" params={{ agent: agent.slug }}>
          Create the first link
        </Link>
      </p>
    </Empty>
  );
}
