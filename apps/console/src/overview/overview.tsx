import type { ComponentChildren } from "preact";
import { loadOverview, type Overview } from "./load-overview.js";
import { useLoad } from "../parts/use-load.js";
import { LINK_STATUSES, SESSION_STATUSES } from "../api/answers.js";
import { pathOf } from "../app/route.js";
import { useApi } from "../api/api-context.js";
import { PageHeader } from "../parts/page-header.js";
import { SessionRows } from "../sessions/session-rows.js";
import { WhenReady } from "../parts/states.js";
import { STATUS_WORDS } from "../parts/status-chip.js";

const ALL_SESSIONS = { page: "sessions", status: "", agent: "", link: "" } as const;

export function OverviewPage() {
  const api = useApi();
  const { loaded, reload } = useLoad("overview", () => loadOverview(api));
  return (
    <>
      <PageHeader title="Overview">
        <button type="button" class="button quiet" onClick={() => void reload()}>
          Refresh
        </button>
      </PageHeader>
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {(overview) => (
          <>
            <FirstSteps overview={overview} />
            {overview.waiting.length > 0 && (
              <section class="block">
                <h2>
                  {overview.waiting.length === 1 ? "1 visitor waits" : `${overview.waiting.length} visitors wait`} for a
                  person
                </h2>
                <SessionRows sessions={overview.waiting} agents={overview.agents} />
              </section>
            )}
            <Tiles overview={overview} />
            {overview.latest.length > 0 && (
              <section class="block">
                <div class="block-head">
                  <h2>Latest sessions</h2>
                  <a href={pathOf(ALL_SESSIONS)}>All sessions</a>
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
    <div class="tiles">
      <Tile
        title="Agents"
        href={pathOf({ page: "agents" })}
        total={number(overview.agents.length, overview.moreAgents)}
      >
        <Figure label="Ready for conversations" value={number(active, false)} />
        <Figure label="Without an active version" value={number(overview.agents.length - active, false)} />
      </Tile>
      <Tile title="Links" href={pathOf({ page: "links", agent: null })} total={number(links, overview.moreLinks)}>
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
        href={pathOf(ALL_SESSIONS)}
        total={number(
          sessions,
          counts.some(({ more }) => more),
        )}
      >
        {SESSION_STATUSES.map((status) => (
          <Figure
            key={status}
            dot={status}
            label={<a href={pathOf({ ...ALL_SESSIONS, status })}>{STATUS_WORDS[status]}</a>}
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
  href: string;
  total: string;
  children: ComponentChildren;
}

function Tile({ title, href, total, children }: TileProps) {
  return (
    <section class="tile">
      <h2>
        <a href={href}>{title}</a>
      </h2>
      <p class="total">
        {total}
        <span class="visually-hidden"> in all</span>
      </p>
      <dl class="figures">{children}</dl>
    </section>
  );
}

function Figure({ label, value, dot }: { label: ComponentChildren; value: string; dot?: string }) {
  return (
    <div class="figure">
      <dt>
        {dot && <span class={`dot ${dot}`} aria-hidden="true" />}
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
    <section class="empty steps">
      <h2>Three steps to the first conversation</h2>
      <ol>
        <Step done={hasActive}>
          <a href={pathOf({ page: "import", agent: null })}>Import an agent</a> and activate a version: a JSON or YAML
          document that says what it does and how a conversation goes.
        </Step>
        <Step done={hasLink}>
          <a href={pathOf({ page: "links", agent: null })}>Create a link</a>: an address you give to people, with limits
          on conversations, messages and time.
        </Step>
        <Step done={false}>Open the link. The conversation appears here under Sessions.</Step>
      </ol>
    </section>
  );
}

function Step({ done, children }: { done: boolean; children: ComponentChildren }) {
  return (
    <li class={done ? "done" : ""}>
      {done && <strong>Done: </strong>}
      {children}
    </li>
  );
}
