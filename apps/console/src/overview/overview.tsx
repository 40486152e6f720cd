import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { LINK_STATUSES, SESSION_STATUSES } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { Link } from "../parts/link.js";
import { PageHeader } from "../parts/page-header.js";
import { WhenReady } from "../parts/states.js";
import { STATUS_WORDS } from "../parts/status-chip.js";
import { SessionRows } from "../sessions/session-rows.js";
import { loadOverview, type Overview } from "./load-overview.js";

export function OverviewPage() {
  const api = useApi();
  const query = useQuery({ queryKey: ["overview"], queryFn: answered(() => loadOverview(api)) });
  return (
    <>
      <PageHeader title="Overview">
        <button type="button" className="button quiet" onClick={() => void query.refetch()}>
          Refresh
        </button>
      </PageHeader>
      <WhenReady query={query}>
        {(overview) => (
          <>
            <FirstSteps overview={overview} />
            {overview.waiting.length > 0 && (
              <section className="block">
                <h2>
                  {overview.waiting.length === 1 ? "1 visitor waits" : `${overview.waiting.length} visitors wait`} for a
                  person
                </h2>
                <SessionRows sessions={overview.waiting} agents={overview.agents} />
              </section>
            )}
            <Tiles overview={overview} />
            {overview.latest.length > 0 && (
              <section className="block">
                <div className="block-head">
                  <h2>Latest sessions</h2>
                  <Link to="/sessions">All sessions</Link>
                </div>
                <SessionRows sessions={overview.latest} agents={overview.agents} />
              </section>
            )}
          </>
        )}
      </WhenReady>
    </>
  );
}

function Tiles({ overview }: { overview: Overview }) {
  const active = overview.agents.filter((agent) => agent.active_version !== null).length;
  const links = LINK_STATUSES.reduce((sum, status) => sum + overview.links[status], 0);
  const counts = SESSION_STATUSES.map((status) => overview.sessions[status]);
  const sessions = counts.reduce((sum, { number }) => sum + number, 0);
  return (
    <div className="tiles">
      <Tile title="Agents" to="/agents" total={number(overview.agents.length, overview.moreAgents)}>
        <Figure label="Ready for conversations" value={number(active, false)} />
        <Figure label="Without an active version" value={number(overview.agents.length - active, false)} />
      </Tile>
      <Tile title="Links" to="/links/{-$agent}" total={number(links, overview.moreLinks)}>
        {LINK_STATUSES.map((status) => (
          <Figure
            key={status}
            dot={status}
            label={STATUS_WORDS[status]}
            value={number(overview.links[status], false)}
          />
        ))}
      </Tile>
      <Tile
        title="Sessions"
        to="/sessions"
        total={number(
          sessions,
          counts.some(({ more }) => more),
        )}
      >
        {SESSION_STATUSES.map((status) => (
          <Figure
            key={status}
            dot={status}
            label={
              <Link to="/sessions" search={{ status }}>
                {STATUS_WORDS[status]}
              </Link>
            }
            value={number(overview.sessions[status].number, overview.sessions[status].more)}
          />
        ))}
      </Tile>
    </div>
  );
}

const number = (value: number, more: boolean): string => `${value.toLocaleString("en")}${more ? "+" : ""}`;

interface TileProps {
  title: string;
  to: "/agents" | "/links/{-$agent}" | "/sessions";
  total: string;
  children: ReactNode;
}

function Tile({ title, to, total, children }: TileProps) {
  return (
    <section className="tile">
      <h2>
        <Link to={to}>{title}</Link>
      </h2>
      <p className="total">
        {total}
        <span className="visually-hidden"> in all</span>
      </p>
      <dl className="figures">{children}</dl>
    </section>
  );
}

function Figure({ label, value, dot }: { label: ReactNode; value: string; dot?: string }) {
  return (
    <div className="figure">
      <dt>
        {dot && <span className={`dot ${dot}`} aria-hidden="true" />}
        {label}
      </dt>
      <dd>{value}</dd>
    </div>
  );
}

/** From nothing to the first conversation. Gone as soon as there was one. */
function FirstSteps({ overview }: { overview: Overview }) {
  if (overview.latest.length > 0) return null;
  const hasActive = overview.agents.some((agent) => agent.active_version !== null);
  const hasLink = LINK_STATUSES.some((status) => overview.links[status] > 0);
  return (
    <section className="empty steps">
      <h2>Three steps to the first conversation</h2>
      <ol>
        <Step done={hasActive}>
          <Link to="/import/{-$agent}">Import an agent</Link> and activate a version: a JSON or YAML document that says
          what it does and how a conversation goes.
        </Step>
        <Step done={hasLink}>
          <Link to="/links/{-$agent}">Create a link</Link>: an address you give to people, with limits on conversations,
          messages and time.
        </Step>
        <Step done={false}>Open the link. The conversation appears here under Sessions.</Step>
      </ol>
    </section>
  );
}

function Step({ done, children }: { done: boolean; children: ReactNode }) {
  return (
    <li className={done ? "done" : ""}>
      {done && <strong>Done: </strong>}
      {children}
    </li>
  );
}
