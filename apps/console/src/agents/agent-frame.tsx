import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { allPages } from "../api/all-pages.js";
import type { Agent } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import type { VersionView } from "../api/workbench-calls.js";
import { LinkButton } from "../ui/button.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { Tab, Tabs } from "../ui/tabs.js";
import styles from "./workbench.module.css";

export interface AgentOnPage {
  agent: Agent;
  /** Newest first. */
  versions: VersionView[];
  onChange(): Promise<unknown>;
}

export function useAgent(name: string) {
  const api = useApi();
  return useQuery({
    queryKey: ["agent", name],
    queryFn: answered(async () => {
      const [agent, versions] = await Promise.all([api.agent(name), allPages((cursor) => api.versions(name, cursor))]);
      if (agent.type !== "ok") return agent;
      if (versions.type !== "ok") return versions;
      return { type: "ok", value: { agent: agent.value, versions: versions.value.data } };
    }),
  });
}

/** A page of an agent: its name, its tabs, and the tab's content once the agent is loaded. */
export function agentPage(content: (shown: AgentOnPage) => ReactNode): () => ReactNode {
  return function AgentTab() {
    const { agent = "" } = useParams({ strict: false });
    return <AgentFrame name={agent}>{content}</AgentFrame>;
  };
}

interface FrameProps {
  name: string;
  children: (shown: AgentOnPage) => ReactNode;
}

function AgentFrame({ name, children }: FrameProps) {
  const query = useAgent(name);
  const shown = query.data?.agent ?? null;
  const params = { agent: shown?.slug ?? name };
  return (
    <>
      <PageHeader
        title={shown?.name ?? name}
        parent={{ to: "/agents", label: "Agents" }}
        lead={shown?.description ?? undefined}
      >
        <LinkButton to="/import/{-$agent}" params={params}>
          Import a version
        </LinkButton>
        <LinkButton to="/links/{-$agent}" params={params}>
          Links
        </LinkButton>
      </PageHeader>
      <AgentTabs agent={params.agent} />
      <div className={styles.tab}>
        <QueryView query={query}>{(data) => children({ ...data, onChange: query.refetch })}</QueryView>
      </div>
    </>
  );
}

function AgentTabs({ agent }: { agent: string }) {
  const params = { agent };
  return (
    <Tabs label="Parts of the agent">
      <Tab to="/agents/$agent" params={params} activeOptions={{ exact: true }}>
        Prompt
      </Tab>
      <Tab to="/agents/$agent/document" params={params}>
        Document
      </Tab>
      <Tab to="/agents/$agent/flow" params={params}>
        Flow
      </Tab>
      <Tab to="/agents/$agent/tests" params={params}>
        Tests
      </Tab>
      <Tab to="/agents/$agent/review" params={params}>
        Review
      </Tab>
      <Tab to="/agents/$agent/versions" params={params}>
        Versions
      </Tab>
      <Tab to="/knowledge/$agent" params={params} activeOptions={{ exact: true }}>
        Knowledge
      </Tab>
      <Tab to="/agents/$agent/access" params={params}>
        Access
      </Tab>
      <Tab to="/agents/$agent/secrets" params={params}>
        Secrets
      </Tab>
      <Tab to="/agents/$agent/settings" params={params}>
        Settings
      </Tab>
    </Tabs>
  );
}
