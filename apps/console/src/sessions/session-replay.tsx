import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useState } from "react";
import { draftFor } from "../agents/use-draft.js";
import { allPages } from "../api/all-pages.js";
import type { Agent, Session } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import type { Problem } from "../api/problem.js";
import { answered } from "../api/query.js";
import { type ReplayBody, type ReplayedSession, replayCalls } from "../api/replay-calls.js";
import { useCalls } from "../api/use-calls.js";
import { useWorkbench } from "../api/use-workbench.js";
import { Button } from "../ui/button.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { Select } from "../ui/select.js";
import { EmptyState } from "../ui/states.js";
import { Trouble } from "../ui/trouble.js";
import { ComparedTurns } from "./compared-turns.js";
import styles from "./replay.module.css";
import { plural } from "./session-rows.js";
import { UsageFigures } from "./usage-figures.js";

const route = getRouteApi("/sessions/$id/replay");
const DRAFT = "draft";

/** A conversation beside a replay of the same messages with another version. */
export function SessionReplayPage() {
  const { id } = route.useParams();
  const api = useApi();
  const query = useQuery({
    queryKey: ["session", id, "replay"],
    queryFn: answered(async () => {
      const session = await api.session(id);
      if (session.type !== "ok") return session;
      const agent = await api.agent(session.value.agent_id);
      return agent.type === "ok"
        ? { type: "ok" as const, value: { session: session.value, agent: agent.value } }
        : agent;
    }),
    gcTime: 0,
  });
  return (
    <>
      <PageHeader
        title="Replay against a version"
        parent={{ to: "/sessions/$id", params: { id }, label: "Session" }}
        lead={<span className="mono">{id}</span>}
      />
      <QueryView query={query}>{(read) => <Replay key={id} {...read} />}</QueryView>
    </>
  );
}

/** The version to replay with, or the current draft. */
function useReplay(session: string, agent: Agent) {
  const calls = useCalls(replayCalls);
  const api = useWorkbench();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [replay, setReplay] = useState<ReplayedSession | null>(null);
  const ask = async (body: ReplayBody): Promise<void> => {
    const answer = await calls.replaySession(session, body);
    if (answer.type === "ok") setReplay(answer.value);
    else setProblem(answer);
  };
  const run = async (against: string): Promise<void> => {
    setBusy(true);
    setProblem(null);
    setReplay(null);
    if (against === DRAFT) {
      const draft = await draftFor(client, api, agent);
      if (draft.type === "ok") await ask({ document: draft.value.state.text });
      else setProblem(draft);
    } else await ask({ version: Number(against) });
    setBusy(false);
  };
  return { busy, problem, replay, run };
}

function Replay({ session, agent }: { session: Session; agent: Agent }) {
  const api = useApi();
  const navigate = useNavigate();
  const { against = DRAFT } = route.useSearch();
  const { busy, problem, replay, run } = useReplay(session.session_id, agent);
  const versions = useQuery({
    queryKey: ["agent", agent.id, "versions"],
    queryFn: answered(() => allPages((cursor) => api.versions(agent.id, cursor))),
  });
  const options = [
    { value: DRAFT, label: "Your draft" },
    ...(versions.data?.data ?? []).map(({ version, active }) => ({
      value: String(version),
      label: `Version ${version}${active ? ", live" : ""}`,
    })),
  ];
  const choose = (value: string): void =>
    void navigate({ from: "/sessions/$id/replay", search: { against: value }, replace: true });
  return (
    <div className={styles.page}>
      <div className={styles.tools}>
        <div className={styles.against}>
          <Select label="Against" options={options} value={against} onChange={choose} />
        </div>
        <Button look="primary" icon={<Play />} busy={busy} onClick={() => void run(against)}>
          {busy ? "Asking the model…" : "Replay"}
        </Button>
      </div>
      <p className={styles.fine}>
        What the visitor said is said once more. The model is really called, which costs tokens that no budget counts;
        other servers are not asked, they answer as they did then. What is remembered of the person and what the page
        around the chat said are left out. Nothing is stored and nobody is written to.
      </p>
      {problem !== null && <Trouble>{problem.issues[0]?.message ?? problem.detail}</Trouble>}
      {replay === null && !busy && problem === null && (
        <EmptyState title="Not replayed yet">
          <p>Choose a version or your draft. Both conversations are then shown side by side, turn by turn.</p>
        </EmptyState>
      )}
      {replay !== null && <Result replay={replay} />}
    </div>
  );
}

function Result({ replay }: { replay: ReplayedSession }) {
  const { diverges_at: at, stopped, model_calls: calls, usage, version, recorded_version: recorded } = replay;
  const now = version === null ? "your draft" : `version ${version}`;
  return (
    <>
      <div role="status" className={styles.summary}>
        <p className={styles.verdict}>
          {at === null ? `It takes the same path with ${now}.` : `It differs from turn ${at} on.`}
        </p>
        <p className={styles.figures}>
          <span>{plural(calls, "model call")}</span>
          <UsageFigures usage={usage} />
        </p>
      </div>
      <ComparedTurns
        replay={replay}
        titles={[`Then, version ${recorded}`, version === null ? "Your draft" : `Version ${version}`]}
      />
      {stopped !== null && <p className={styles.fine}>{whyOf(stopped)}</p>}
    </>
  );
}

function whyOf({ turn, reason, detail }: NonNullable<ReplayedSession["stopped"]>): string {
  switch (reason) {
    case "ended":
      return `The conversation has ended in turn ${turn}; what the visitor said afterwards has nobody to hear it.`;
    case "failed":
      return `Turn ${turn} was not answered (${detail}), so it goes no further.`;
    case "unanswered_call":
      return `In turn ${turn} it would ask a server that was not asked then (${detail}). No call is made, so it goes no further.`;
    case "too_many_turns":
      return `It is shown up to turn ${turn}: a replay has 50 turns at most.`;
  }
}
