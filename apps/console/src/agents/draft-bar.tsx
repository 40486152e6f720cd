import { useEffect, useState } from "react";
import type { Agent } from "../api/answers.js";
import { useWorkbench } from "../api/use-workbench.js";
import { useStore } from "../app/store.js";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { notify } from "../ui/notify.js";
import { Status } from "../ui/status.js";
import type { Draft, DraftState } from "./draft.js";
import { ConflictDialog, RebaseDialog } from "./merge-dialogs.js";
import { PublishDialog } from "./publish-dialog.js";
import { TryButton } from "./try/try-button.js";
import { liveTextOf } from "./use-draft.js";
import styles from "./workbench.module.css";

interface BarProps {
  agent: Agent;
  draft: Draft;
}

/** The state of the draft: where it is saved, what it is compared with, and how to publish it. */
export function DraftBar({ agent, draft }: BarProps) {
  const state = useStore(draft.store);
  const [open, setOpen] = useState<"publish" | "merge" | "discard" | "rebase" | null>(null);
  useLive(agent, draft);
  useStayToSave(state);
  const outdated = state.base !== state.live && state.saving !== "same";
  const close = (): void => setOpen(null);
  return (
    <>
      <div className={styles.bar}>
        <div className={styles.state} role="status">
          <Saving state={state} onRetry={() => void draft.save()} />
        </div>
        <div className={styles.actions}>
          {state.saving !== "same" && <Button onClick={() => setOpen("discard")}>Discard draft</Button>}
          <TryButton agent={agent} draft={draft} />
          <Button
            look="primary"
            disabled={state.text === state.liveText && state.live !== null}
            onClick={() => setOpen(state.saving === "conflict" ? "merge" : outdated ? "rebase" : "publish")}
          >
            Publish…
          </Button>
        </div>
      </div>
      {state.saving === "conflict" && (
        <div className={styles.note} role="alert">
          <span>
            {state.newer?.revision === 0
              ? "This draft was discarded or published in another tab meanwhile."
              : "This draft was saved in another tab meanwhile."}{" "}
            Nothing more is saved here until you have merged both.
          </span>
          <Button onClick={() => setOpen("merge")}>Merge</Button>
        </div>
      )}
      {outdated && state.saving !== "conflict" && (
        <div className={styles.note} role="alert">
          <span>
            Version {state.live} went live since this draft was begun
            {state.base === null ? "" : ` from version ${state.base}`}. Bring the draft up to date before you publish
            it.
          </span>
          <Button onClick={() => setOpen("rebase")}>Update</Button>
        </div>
      )}
      {open === "publish" && <PublishDialog agent={agent} draft={draft} onClose={close} />}
      {open === "merge" && <ConflictDialog draft={draft} onClose={close} />}
      {open === "rebase" && <RebaseDialog agent={agent} draft={draft} onClose={close} />}
      <ConfirmDialog
        open={open === "discard"}
        onClose={close}
        title="Discard this draft?"
        consequences={[
          "The draft goes with its history, at once and for good.",
          state.live === null ? "The agent stays without a version." : `Version ${state.live} stays live.`,
        ]}
        action="Discard draft"
        run={async () => {
          const problem = await draft.discard();
          if (problem !== null) throw problem;
          notify.good("The draft is discarded.");
        }}
      />
    </>
  );
}

function Saving({ state, onRetry }: { state: DraftState; onRetry(): void }) {
  if (state.saving === "failed") {
    return (
      <>
        <Status tone="problem">Not saved</Status>
        <span>{state.problem?.detail}</span>
        <Button look="quiet" small onClick={onRetry}>
          Try again
        </Button>
      </>
    );
  }
  if (state.saving === "conflict") return <Status tone="warn">Changed elsewhere</Status>;
  if (state.saving === "same") {
    return <Status tone="good">{state.live === null ? "No version is live" : `Version ${state.live} is live`}</Status>;
  }
  const begun = state.base === null ? "" : `, begun from version ${state.base}`;
  return (
    <>
      <Status tone={state.saving === "saved" ? "accent" : "neutral"}>
        {state.saving === "saved" ? "Draft saved" : "Saving draft…"}
      </Status>
      <span className={styles.muted}>Only you see it{begun}.</span>
    </>
  );
}

/** The browser asks before it closes a page with unsaved text. */
function useStayToSave({ saving }: DraftState): void {
  const unsaved = saving !== "saved" && saving !== "same";
  useEffect(() => {
    if (!unsaved) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [unsaved]);
}

/** Another version went live meanwhile: adopted if the draft has no changes, else reported. */
function useLive(agent: Agent, draft: Draft): void {
  const api = useWorkbench();
  useEffect(() => {
    if (agent.active_version === draft.state.live) return;
    let wanted = true;
    void liveTextOf(api, agent).then((answer) => {
      if (!wanted || answer.type !== "ok") return;
      draft.wentLive({ live: agent.active_version, liveText: answer.value });
    });
    return () => {
      wanted = false;
    };
  }, [api, agent, draft]);
}
