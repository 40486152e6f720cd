import { useQuery } from "@tanstack/react-query";
import { FlaskConical, RotateCcw, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { allPages } from "../../api/all-pages.js";
import type { Agent } from "../../api/answers.js";
import { useApi } from "../../api/api-context.js";
import { answered } from "../../api/query.js";
import { useStore } from "../../app/store.js";
import { Button } from "../../ui/button.js";
import { IconButton } from "../../ui/icon-button.js";
import { Select } from "../../ui/select.js";
import { Trouble } from "../../ui/trouble.js";
import type { Draft } from "../draft.js";
import { AddTestDialog } from "./add-test-dialog.js";
import { Composer } from "./composer.js";
import { StepView } from "./step-view.js";
import styles from "./try.module.css";
import type { TalkState, TryTalk } from "./try-talk.js";
import { WaitingCall } from "./waiting-call.js";

interface PaneProps {
  agent: Agent;
  draft: Draft;
  talk: TryTalk;
}

/** A conversation with the draft or a version: its answers, and their reasons. */
export function TryPane({ agent, draft, talk }: PaneProps) {
  const state = useStore(talk.store);
  const { text } = useStore(draft.store);
  const [adding, setAdding] = useState(false);
  const { shown, steps, busy, version } = state;
  const changed = version === null && steps.length > 0 && state.text !== text && !busy;
  return (
    <aside className={styles.pane} aria-label="Try">
      <header className={styles.head}>
        <Target agent={agent} talk={talk} version={version} />
        <IconButton label="Start over" icon={<RotateCcw />} onClick={() => void talk.startOver()} />
        <IconButton label="Close" icon={<X />} shortcut="agent.try" onClick={() => talk.open(false)} />
      </header>
      <Talk state={state} talk={talk} />
      {changed && (
        <p className={styles.note}>
          <span>The draft has changed. The next replies use it.</span>
          <Button small look="quiet" onClick={() => void talk.again()}>
            Ask all again
          </Button>
        </p>
      )}
      {state.problem !== null && (
        <div className={styles.problem}>
          <Trouble>{state.problem.issues[0]?.message ?? state.problem.detail}</Trouble>
          {shown.length === 0 && (
            <Button small onClick={() => void talk.again()}>
              Try again
            </Button>
          )}
        </div>
      )}
      <Next state={state} talk={talk} />
      <footer className={styles.foot}>
        <span className={styles.fine}>Nothing here is kept, counted or sent to a person.</span>
        <Button small icon={<FlaskConical />} disabled={busy || !ended(shown)} onClick={() => setAdding(true)}>
          Make this a test
        </Button>
      </footer>
      {adding && state.test !== null && (
        <AddTestDialog draft={draft} test={state.test} onClose={() => setAdding(false)} />
      )}
    </aside>
  );
}

/** Whether there are messages to make a test of. */
const ended = (shown: TalkState["shown"]): boolean => shown.filter(({ status }) => status === "done").length > 1;

function Target({ agent, talk, version }: { agent: Agent; talk: TryTalk; version: number | null }) {
  const api = useApi();
  const versions = useQuery({
    queryKey: ["agent", agent.id, "versions"],
    queryFn: answered(() => allPages((cursor) => api.versions(agent.id, cursor))),
  });
  const options = [
    { value: "draft", label: "Your draft" },
    ...(versions.data?.data ?? []).map(({ version: number, active }) => ({
      value: String(number),
      label: `Version ${number}${active ? ", live" : ""}`,
    })),
  ];
  return (
    <div className={styles.target}>
      <Select
        label="Talk to"
        hideLabel
        options={options}
        value={version === null ? "draft" : String(version)}
        onChange={(value) => void talk.talkTo(value === "draft" ? null : Number(value))}
      />
    </div>
  );
}

function Talk({ state: { shown, steps, busy, pending }, talk }: { state: TalkState; talk: TryTalk }) {
  const end = useRef<HTMLDivElement>(null);
  const count = shown.length;
  useEffect(() => {
    if (count > 1 || busy) end.current?.scrollIntoView({ block: "nearest" });
  }, [count, busy]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <div className={styles.log} role="log" aria-label="The try" aria-busy={busy} tabIndex={0}>
      {shown.length === 1 && !busy && (
        <p className={styles.teach}>
          Write what a visitor would. Under each answer you see the way it took and why. Change a prompt and go on: the
          next answer comes from what you have written.
        </p>
      )}
      {shown.map((step, at) => (
        <StepView key={step.step} step={step} asked={at === 0 ? null : (steps[at - 1] ?? null)} />
      ))}
      {pending !== null && (
        <p className={styles.said} dir="auto">
          {pending}
        </p>
      )}
      {busy && <p className={styles.fine}>Thinking…</p>}
      {shown.at(-1)?.human && !busy && (
        <p className={styles.note}>
          <span>An operator would have the conversation now; the agent is silent.</span>
          <Button small onClick={() => void talk.step({ event: "hand_back" })}>
            Hand back
          </Button>
        </p>
      )}
      <div ref={end} />
    </div>
  );
}

/** The possible next actions: write, answer in place of a server, ask again, or restart. */
function Next({ state, talk }: { state: TalkState; talk: TryTalk }) {
  const last = state.shown.at(-1);
  if (last?.waits_for && !state.busy) {
    return <WaitingCall key={`${last.step} ${last.answers.length}`} call={last.waits_for} talk={talk} />;
  }
  if (last?.status === "failed" && !state.busy) {
    return (
      <p className={styles.note}>
        <span>This step was not answered ({last.error}).</span>
        <Button small onClick={() => void talk.goOn()}>
          Try again
        </Button>
      </p>
    );
  }
  if (last?.ended) {
    return (
      <p className={styles.note}>
        <span>The conversation has ended.</span>
        <Button small onClick={() => void talk.startOver()}>
          Start over
        </Button>
      </p>
    );
  }
  return <Composer talk={talk} typed={state.typed} busy={state.busy} />;
}
