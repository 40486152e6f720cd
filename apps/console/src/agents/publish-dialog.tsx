import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Agent } from "../api/answers.js";
import { readGateRefusal } from "../api/gate-refusal.js";
import type { Problem } from "../api/problem.js";
import { answered } from "../api/query.js";
import { useSending } from "../api/use-sending.js";
import { useWorkbench } from "../api/use-workbench.js";
import { useStore } from "../app/store.js";
import { Button } from "../ui/button.js";
import { Checkbox } from "../ui/choices.js";
import { MergeView } from "../ui/code/code-editor.js";
import { Dialog } from "../ui/dialog.js";
import { notify } from "../ui/notify.js";
import { TextArea, TextField } from "../ui/text-field.js";
import type { Draft } from "./draft.js";
import { GoesOut } from "./goes-out.js";
import { languageOf } from "./language.js";
import { liveTextOf } from "./use-draft.js";
import styles from "./workbench.module.css";

interface PublishProps {
  agent: Agent;
  draft: Draft;
  onClose(): void;
}

/** The last check before a draft becomes a version: what changes, why, and the result of its tests. */
export function PublishDialog({ agent, draft, onClose }: PublishProps) {
  const { text, live, liveText } = useStore(draft.store);
  const [notes, setNotes] = useState("");
  const [activate, setActivate] = useState(true);
  const [reason, setReason] = useState("");
  const { busy, problem, publish } = usePublish({ agent, draft, onClose });
  const gated = problem !== null && readGateRefusal(problem) !== null;
  const go = (): void => void publish({ notes, activate, reason: gated ? reason : "" });
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Publish ${agent.name}`}
      description="What goes out is your draft alone. Conversations that already run keep their version."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={busy} disabled={gated && activate && reason.trim() === ""} onClick={go}>
            {gated && activate ? "Publish anyway" : activate ? "Publish" : "Make a version"}
          </Button>
        </>
      }
    >
      <div className={styles.stack}>
        <GoesOut agent={agent} draft={draft} />
        <TextField
          label="What changed"
          help="Shown in the list of versions."
          value={notes}
          onChange={setNotes}
          maxLength={500}
        />
        <Checkbox
          label="Use it for new conversations at once"
          help="Its tests run first when the document requires them."
          value={activate}
          onChange={setActivate}
        />
        {problem && <Refusal problem={problem} reason={reason} onReason={setReason} />}
        {live === null ? null : (
          <MergeView
            language={languageOf(text)}
            before={liveText}
            after={text}
            beforeLabel={`Live, version ${live}`}
            afterLabel="Your draft"
          />
        )}
      </div>
    </Dialog>
  );
}

function Refusal({ problem, reason, onReason }: { problem: Problem; reason: string; onReason(text: string): void }) {
  const api = useWorkbench();
  const query = useQuery({ queryKey: ["may-override"], queryFn: answered(() => api.mayOverride()) });
  const gate = readGateRefusal(problem);
  return (
    <div role="alert" className={styles.stack}>
      <p className={styles.trouble}>
        {gate === null ? problem.detail : "It is not published: its tests have not passed."}
      </p>
      {gate !== null && gate.failing.length > 0 && (
        <ul className={styles.reasons}>
          {gate.failing.map(({ name, reasons }) => (
            <li key={name}>
              {name}
              {reasons[0] === undefined ? "" : `: ${reasons[0]}`}
            </li>
          ))}
        </ul>
      )}
      {problem.issues.length > 0 && (
        <ul className={styles.reasons}>
          {problem.issues.map(({ path, code, message }) => (
            <li key={`${path.join(".")} ${code}`}>
              {path.join(".")}: {message}
            </li>
          ))}
        </ul>
      )}
      {gate !== null && query.data === true && (
        <TextArea
          label="Reason to publish anyway"
          help="Recorded with your name and the time."
          rows={2}
          value={reason}
          onChange={onReason}
          maxLength={500}
        />
      )}
      {gate !== null && query.data === false && (
        <p className={styles.muted}>An admin can publish it anyway, with a recorded reason.</p>
      )}
    </div>
  );
}

interface Chosen {
  notes: string;
  activate: boolean;
  reason: string;
}

function usePublish({ agent, draft, onClose }: PublishProps) {
  const api = useWorkbench();
  const queryClient = useQueryClient();
  const { busy, problem, send } = useSending();
  const [saving, setSaving] = useState(false);
  const publish = async ({ notes, activate, reason }: Chosen): Promise<void> => {
    setSaving(true);
    // Without changes since the last version there is no draft yet: create one from the current text.
    if (draft.state.revision === 0) draft.touch();
    await draft.save();
    setSaving(false);
    if (draft.state.saving !== "saved") return onClose();
    const body = {
      ...{ revision: draft.state.revision, activate, notes: notes.trim() || null },
      ...(reason.trim() === "" ? {} : { override_reason: reason.trim() }),
    };
    const made = await send(body, async (key) => {
      const answer = await api.publishDraft(agent.id, body, key);
      if (answer.type === "problem" && answer.code === "base_changed") {
        // The page behind shows which version that is, and leads to the comparison.
        onClose();
        notify.problem(answer.detail);
        await queryClient.invalidateQueries({ queryKey: ["agent"] });
      }
      return answer;
    });
    if (made === null) return;
    const now = { ...agent, active_version: made.active ? made.version : agent.active_version };
    const liveText = await liveTextOf(api, now);
    draft.published({
      live: now.active_version,
      liveText: liveText.type === "ok" ? liveText.value : draft.state.liveText,
    });
    onClose();
    notify.good(made.active ? `Version ${made.version} is live.` : `Version ${made.version} is made, not live.`);
    await queryClient.invalidateQueries({ queryKey: ["agent"] });
    await queryClient.invalidateQueries({ queryKey: ["agents"] });
  };
  return { busy: busy || saving, problem, publish };
}
