import { useQuery } from "@tanstack/react-query";
import { Bot } from "lucide-react";
import { agentsQuery } from "../agents/agent-queries.js";
import type { Agent } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { Note, Row, Rows } from "../ui/block.js";
import { LinkButton } from "../ui/button.js";
import { Link } from "../ui/link.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { EmptyState } from "../ui/states.js";
import { Status } from "../ui/status.js";
import { Time } from "../ui/time.js";
import { Mono } from "../ui/values.js";

export function AgentsPage() {
  const query = useQuery(agentsQuery(useApi()));
  return (
    <>
      <PageHeader title="Agents" lead="Each agent has versions; new conversations use the active one.">
        <LinkButton look="primary" to="/import/{-$agent}">
          Import an agent
        </LinkButton>
      </PageHeader>
      <QueryView query={query} isEmpty={({ data }) => data.length === 0} empty={<NoAgents />}>
        {({ data, more }) => (
          <>
            <Rows>
              {data.map((agent) => (
                <AgentRow key={agent.id} agent={agent} />
              ))}
            </Rows>
            {more && <Note>Only the first {data.length} agents are shown.</Note>}
          </>
        )}
      </QueryView>
    </>
  );
}

function NoAgents() {
  return (
    <EmptyState
      title="No agents yet"
      icon={<Bot />}
      action={<LinkButton to="/import/{-$agent}">Import the first agent</LinkButton>}
    >
      An agent is a document: who it is, and the workflow its conversations follow. Write one in JSON or YAML, import it
      here, and see every mistake with its place in the document before anything is kept.
    </EmptyState>
  );
}

function AgentRow({ agent }: { agent: Agent }) {
  const { slug, name, active_version: version } = agent;
  return (
    <Row
      heading="h2"
      title={
        <Link to="/agents/$agent" params={{ agent: slug }}>
          {name}
        </Link>
      }
      beside={
        version === null ? <Status>No active version</Status> : <Status tone="good">Version {version} active</Status>
      }
      facts={[
        <Mono key="slug">{slug}</Mono>,
        <>
          changed <Time at={agent.updated_at} />
        </>,
      ]}
      actions={
        <>
          <LinkButton
            small
            look="quiet"
            to="/knowledge/$agent"
            params={{ agent: slug }}
            aria-label={`Knowledge of ${name}`}
          >
            Knowledge
          </LinkButton>
          <LinkButton small look="quiet" to="/links/{-$agent}" params={{ agent: slug }} aria-label={`Links of ${name}`}>
            Links
          </LinkButton>
          <LinkButton small look="quiet" to="/sessions" search={{ agent: agent.id }} aria-label={`Sessions of ${name}`}>
            Sessions
          </LinkButton>
        </>
      }
    >
      {agent.description && <Note>{agent.description}</Note>}
    </Row>
  );
}
