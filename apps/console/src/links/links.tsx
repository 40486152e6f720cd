import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Link2, Plus, UsersRound } from "lucide-react";
import { agentsQuery } from "../agents/agent-queries.js";
import type { Agent } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { LinkButton } from "../ui/button.js";
import { Combobox } from "../ui/combobox.js";
import { Link } from "../ui/link.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { EmptyState } from "../ui/states.js";
import { LinkList } from "./link-list.js";
import styles from "./links.module.css";

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
        lead={`Addresses you give to people outside. Whoever has one can talk to ${chosen?.name ?? "the agent"}, within its limits.`}
      >
        {chosen && (
          <>
            <LinkButton icon={<UsersRound />} to="/links/$agent/many" params={{ agent: chosen.slug }}>
              For many people
            </LinkButton>
            <LinkButton look="primary" icon={<Plus />} to="/links/$agent/new" params={{ agent: chosen.slug }}>
              Create a link
            </LinkButton>
          </>
        )}
      </PageHeader>
      <QueryView query={agents} isEmpty={({ data }) => data.length === 0} empty={<NoAgents />}>
        {({ data }) =>
          chosen === undefined ? (
            <EmptyState title="No such agent" action={<AgentChoice agents={data} chosen={null} />}>
              Choose one of yours.
            </EmptyState>
          ) : (
            <LinkList key={chosen.id} agent={chosen} empty={<NoLinks agent={chosen} />}>
              {data.length > 1 ? <AgentChoice agents={data} chosen={chosen} /> : null}
            </LinkList>
          )
        }
      </QueryView>
    </>
  );
}

function NoAgents() {
  return (
    <EmptyState
      title="First comes an agent"
      action={
        <LinkButton look="primary" to="/import/{-$agent}" params={{ agent: undefined }}>
          Import an agent
        </LinkButton>
      }
    >
      A link leads to an agent, and there is none yet.
    </EmptyState>
  );
}

function AgentChoice({ agents, chosen }: { agents: readonly Agent[]; chosen: Agent | null }) {
  const navigate = useNavigate();
  return (
    <div className={styles.agent}>
      <Combobox
        label="Agent"
        hideLabel
        placeholder="Agent"
        clearable={false}
        options={agents.map(({ slug, name }) => ({ value: slug, label: name }))}
        value={chosen?.slug ?? null}
        onChange={(agent) => {
          if (agent !== null) void navigate({ to: "/links/{-$agent}", params: { agent }, replace: true });
        }}
      />
    </div>
  );
}

function NoLinks({ agent }: { agent: Agent }) {
  return (
    <EmptyState
      title={`No links to ${agent.name} yet`}
      icon={<Link2 />}
      action={
        <LinkButton look="primary" to="/links/$agent/new" params={{ agent: agent.slug }}>
          Create the first link
        </LinkButton>
      }
    >
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
    </EmptyState>
  );
}
