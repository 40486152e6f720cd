import { allPages } from "../api/all-pages.js";
import { useLoad } from "../parts/use-load.js";
import type { Agent } from "../api/answers.js";
import { pathOf } from "../app/route.js";
import { useApi } from "../api/api-context.js";
import { PageHeader } from "../parts/page-header.js";
import { Empty, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";

export function AgentsPage() {
  const api = useApi();
  const { loaded, reload } = useLoad("agents", () => allPages((cursor) => api.agents(cursor)));
  return (
    <>
      <PageHeader title="Agents" lead="Each agent has versions; new conversations use the active one.">
        <a class="button primary" href={pathOf({ page: "import", agent: null })}>
          Import an agent
        </a>
      </PageHeader>
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {({ data, more }) => (
          <>
            {data.length === 0 ? <NoAgents /> : <AgentRows agents={data} />}
            {more && <p class="help">Only the first {data.length} agents are shown.</p>}
          </>
        )}
      </WhenReady>
    </>
  );
}

function NoAgents() {
  return (
    <Empty title="No agents yet">
      <p>
        An agent is a document: who it is, and the workflow its conversations follow. Write one in JSON or YAML, import
        it here, and see every mistake with its place in the document before anything is kept.
      </p>
      <p>
        <a class="button primary" href={pathOf({ page: "import", agent: null })}>
          Import the first agent
        </a>
      </p>
    </Empty>
  );
}

function AgentRows({ agents }: { agents: Agent[] }) {
  return (
    <ul class="rows">
      {agents.map((agent) => (
        <li key={agent.id} class="row">
          <div class="row-main">
            <a class="row-title" href={pathOf({ page: "agent", agent: agent.slug })}>
              {agent.name}
            </a>
            {agent.active_version === null ? (
              <span class="chip inactive">No active version</span>
            ) : (
              <span class="chip active">Version {agent.active_version} active</span>
            )}
          </div>
          {agent.description && <p class="row-text">{agent.description}</p>}
          <p class="row-facts">
            <span class="mono">{agent.slug}</span>
            <span>
              changed <Time value={agent.updated_at} />
            </span>
            <a href={pathOf({ page: "knowledge", agent: agent.slug })} aria-label={`Knowledge of ${agent.name}`}>
              Knowledge
            </a>
            <a href={pathOf({ page: "links", agent: agent.slug })} aria-label={`Links of ${agent.name}`}>
              Links
            </a>
            <a
              href={pathOf({ page: "sessions", status: "", agent: agent.id, link: "" })}
              aria-label={`Sessions of ${agent.name}`}
            >
              Sessions
            </a>
          </p>
        </li>
      ))}
    </ul>
  );
}
