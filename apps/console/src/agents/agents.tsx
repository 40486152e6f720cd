import { useQuery } from "@tanstack/react-query";
import { agentsQuery } from "../agents/agent-queries.js";
import type { Agent } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { Link } from "../ui/link.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { EmptyState } from "../ui/states.js";
import { Time } from "../ui/time.js";

export function AgentsPage() {
  const api = useApi();
  const query = useQuery(agentsQuery(api));
  return (
    <>
      <PageHeader title="Agents" lead="Each agent has versions; new conversations use the active one.">
        <Link className="button primary" to="/import/{-$agent}">
          Import an agent
        </Link>
      </PageHeader>
      <QueryView query={query}>
        {({ data, more }) => (
          <>
            {data.length === 0 ? <NoAgents /> : <AgentRows agents={data} />}
            {more && <p className="help">Only the first {data.length} agents are shown.</p>}
          </>
        )}
      </QueryView>
    </>
  );
}

function NoAgents() {
  return (
    <EmptyState title="No agents yet">
      <p>
        An agent is a document: who it is, and the workflow its conversations follow. Write one in JSON or YAML, import
        it here, and see every mistake with its place in the document before anything is kept.
      </p>
      <p>
        <Link className="button primary" to="/import/{-$agent}">
          Import the first agent
        </Link>
      </p>
    </EmptyState>
  );
}

function AgentRows({ agents }: { agents: Agent[] }) {
  return (
    <ul className="rows">
      {agents.map((agent) => (
        <li key={agent.id} className="row">
          <div className="row-main">
            <Link className="row-title" to="/agents/$agent" params={{ agent: agent.slug }}>
              {agent.name}
            </Link>
            {agent.active_version === null ? (
              <span className="chip inactive">No active version</span>
            ) : (
              <span className="chip active">Version {agent.active_version} active</span>
            )}
          </div>
          {agent.description && <p className="row-text">{agent.description}</p>}
          <p className="row-facts">
            <span className="mono">{agent.slug}</span>
            <span>
              changed <Time at={agent.updated_at} />
            </span>
            <Link to="/knowledge/$agent" params={{ agent: agent.slug }} aria-label={`Knowledge of ${agent.name}`}>
              Knowledge
            </Link>
            <Link to="/links/{-$agent}" params={{ agent: agent.slug }} aria-label={`Links of ${agent.name}`}>
              Links
            </Link>
            <Link to="/sessions" search={{ agent: agent.id }} aria-label={`Sessions of ${agent.name}`}>
              Sessions
            </Link>
          </p>
        </li>
      ))}
    </ul>
  );
}
