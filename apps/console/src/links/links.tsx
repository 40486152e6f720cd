import { allPages } from "../api/all-pages.js";
import { useLoad } from "../parts/use-load.js";
import type { Agent } from "../api/answers.js";
import { go } from "../app/navigation.js";
import { pathOf } from "../app/route.js";
import { useApi } from "../api/api-context.js";
import { LinkList } from "./link-list.js";
import { PageHeader } from "../parts/page-header.js";
import { Empty, WhenReady } from "../parts/states.js";

/** Links of one agent; without a name, of the first one. */
export function LinksPage({ agent: name }: { agent: string | null }) {
  const api = useApi();
  const agents = useLoad("agents", () => allPages((cursor) => api.agents(cursor)));
  const all = agents.loaded.state === "ready" ? agents.loaded.value.data : [];
  const chosen = name === null ? all[0] : all.find((agent) => agent.slug === name || agent.id === name);
  return (
    <>
      <PageHeader
        title="Links"
        lead="Addresses you give to people outside. Whoever has one can talk to the agent, within its limits."
      >
        {chosen && (
          <>
            <a class="button primary" href={pathOf({ page: "new-link", agent: chosen.slug })}>
              Create a link
            </a>
            <a class="button quiet" href={pathOf({ page: "many-links", agent: chosen.slug })}>
              For many people
            </a>
          </>
        )}
      </PageHeader>
      <WhenReady loaded={agents.loaded} onRetry={() => void agents.reload()}>
        {({ data }) => (data.length === 0 ? <NoAgents /> : <AgentChoice agents={data} chosen={chosen} />)}
      </WhenReady>
      {agents.loaded.state === "ready" && all.length > 0 && chosen === undefined && (
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
        <a class="button primary" href={pathOf({ page: "import", agent: null })}>
          Import an agent
        </a>
      </p>
    </Empty>
  );
}

function AgentChoice({ agents, chosen }: { agents: Agent[]; chosen: Agent | undefined }) {
  return (
    <div class="filters">
      <div class="field">
        <label for="filter-agent">Agent</label>
        <select
          id="filter-agent"
          class="input"
          value={chosen?.slug ?? ""}
          onChange={(event) => go({ page: "links", agent: event.currentTarget.value }, { replace: true })}
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
          This agent has no active version. <a href={pathOf({ page: "agent", agent: agent.slug })}>Activate one</a>{" "}
          first, or conversations cannot start.
        </p>
      )}
      <p>
        <a class="button primary" href={pathOf({ page: "new-link", agent: agent.slug })}>
          Create the first link
        </a>
      </p>
    </Empty>
  );
}
