import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { allPages } from "../api/all-pages.js";
import type { Agent, Version } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { Link } from "../parts/link.js";
import { PageHeader } from "../parts/page-header.js";
import { Empty, ProblemCard, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";
import { AgentAccess } from "./agent-access.js";
import { AgentPeople } from "./agent-people.js";
import { GateCard } from "./gate-card.js";
import { TestOutcomeCard } from "./test-outcome.js";
import { useVersionActions } from "./use-version-actions.js";

const route = getRouteApi("/agents/$agent");

/** One agent with its versions, newest first. */
export function AgentPage() {
  const { agent: name } = route.useParams();
  const api = useApi();
  const query = useQuery({
    queryKey: ["agent", name],
    queryFn: answered(async () => {
      const [agent, versions] = await Promise.all([api.agent(name), allPages((cursor) => api.versions(name, cursor))]);
      if (agent.type !== "ok") return agent;
      if (versions.type !== "ok") return versions;
      return { type: "ok", value: { agent: agent.value, versions: versions.value.data } };
    }),
  });
  const shown = query.data?.agent ?? null;
  const lead = shown === null ? undefined : (shown.description ?? undefined);
  return (
    <>
      <PageHeader title={shown?.name ?? name} parent={{ to: "/agents", label: "Agents" }} lead={lead}>
        <Link className="button primary" to="/import/{-$agent}" params={{ agent: shown?.slug ?? name }}>
          Import a version
        </Link>
        <Link className="button quiet" to="/knowledge/$agent" params={{ agent: shown?.slug ?? name }}>
          Knowledge
        </Link>
        <Link className="button quiet" to="/links/{-$agent}" params={{ agent: shown?.slug ?? name }}>
          Links
        </Link>
      </PageHeader>
      <WhenReady query={query}>
        {({ agent, versions }) => (
          <>
            <Versions agent={agent} versions={versions} onChange={query.refetch} />
            <AgentAccess agent={agent} />
            <AgentPeople agent={agent} />
          </>
        )}
      </WhenReady>
    </>
  );
}

interface VersionsProps {
  agent: Agent;
  versions: Version[];
  onChange(): Promise<unknown>;
}

function Versions({ agent, versions, onChange }: VersionsProps) {
  const { busy, testing, tested, gated, problem, ...actions } = useVersionActions(agent, onChange);
  if (versions.length === 0) {
    return (
      <Empty title="No versions yet">
        <p>Import a document to give this agent its first version, then activate it.</p>
      </Empty>
    );
  }
  return (
    <section className="block">
      <h2>Versions</h2>
      {problem && <ProblemCard problem={problem} />}
      {gated && (
        <GateCard
          key={gated.version}
          title={`Version ${gated.version} was not activated`}
          refusal={gated.refusal}
          told={tested?.version === gated.version}
          testing={testing !== null}
          onTest={() => void actions.test(gated.version)}
          onPublish={(reason) => actions.publish(gated.version, reason)}
        />
      )}
      {tested && <TestOutcomeCard outcome={tested} />}
      <ul className="rows">
        {versions.map((item) => (
          <VersionRow
            key={item.version}
            version={item}
            busy={busy}
            testing={testing}
            onTest={() => void actions.test(item.version)}
            onDownload={() => void actions.download(item.version)}
            onActivate={() => void actions.activate(item.version)}
          />
        ))}
      </ul>
    </section>
  );
}

interface VersionRowProps {
  version: Version;
  /** The version that is being activated. */
  busy: number | null;
  /** The version whose tests are running. */
  testing: number | null;
  onTest(): void;
  onDownload(): void;
  onActivate(): void;
}

function VersionRow({ version: item, busy, testing, onTest, onDownload, onActivate }: VersionRowProps) {
  return (
    <li className="row with-actions">
      <div>
        <div className="row-main">
          <h3 className="row-title">Version {item.version}</h3>
          {item.active && <span className="chip active">Active</span>}
        </div>
        {item.notes && <p className="row-text">{item.notes}</p>}
        <p className="row-facts">
          <span>
            imported <Time value={item.created_at} />
          </span>
          <span className="mono" title="Fingerprint of the document">
            {item.content_hash.slice(0, 12)}
          </span>
        </p>
      </div>
      <div className="actions">
        <button
          type="button"
          className="button quiet small"
          aria-label={`Download version ${item.version}`}
          onClick={onDownload}
        >
          Download
        </button>
        <button
          type="button"
          className="button quiet small"
          aria-label={`Test version ${item.version}`}
          aria-disabled={testing !== null}
          onClick={onTest}
        >
          {testing === item.version ? "Testing…" : "Test"}
        </button>
        {!item.active && (
          <button
            type="button"
            className="button quiet small"
            aria-label={`Activate version ${item.version}`}
            aria-disabled={busy !== null}
            onClick={onActivate}
          >
            {busy === item.version ? "Activating…" : "Activate"}
          </button>
        )}
      </div>
    </li>
  );
}
