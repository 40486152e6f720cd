import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactNode, useState } from "react";
import type { Answer } from "../api/call.js";
import { inboxCalls } from "../api/inbox-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { Button } from "../ui/button.js";
import { Checkbox } from "../ui/choices.js";
import { Dialog } from "../ui/dialog.js";
import { QueryView } from "../ui/query-view.js";
import { Select } from "../ui/select.js";
import { TextArea, TextField } from "../ui/text-field.js";
import { Trouble } from "../ui/trouble.js";
import styles from "./desk.module.css";

interface DialogProps {
  id: string;
  onDone(text: string): void;
  onClose(): void;
}

interface ActDialogProps {
  title: string;
  action: string;
  text?: string;
  /** Null = a required value is missing, and the form says so. */
  run(): Promise<Answer<unknown>> | null;
  onDone(): void;
  onClose(): void;
  children: ReactNode;
}

/** Confirms an action that can be repeated: Ctrl and Enter confirm. */
function ActDialog({ title, action, text, run, onDone, onClose, children }: ActDialogProps) {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const go = async (): Promise<void> => {
    const call = busy ? null : run();
    if (call === null) return;
    setBusy(true);
    const answer = await call;
    setBusy(false);
    if (answer.type !== "ok") return setTrouble(answer.detail);
    onClose();
    onDone();
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void go();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description={text}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={busy} onClick={() => void go()}>
            {action}
          </Button>
        </>
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the fields in it */}
      <div className={styles.fields} onKeyDown={press}>
        {children}
        <Trouble>{trouble}</Trouble>
      </div>
    </Dialog>
  );
}

/** Transfers the conversation to another user who may answer visitors. */
export function TransferDialog({ id, onDone, onClose }: DialogProps) {
  const api = useCalls(inboxCalls);
  const query = useQuery({ queryKey: ["operators"], queryFn: answered(() => api.operators()) });
  const [to, setTo] = useState("");
  const [name, setName] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const transfer = () => {
    setWrong(to === "" ? "Choose somebody." : null);
    return to === "" ? null : api.transferEscalation(id, to, name.trim());
  };
  return (
    <ActDialog
      title="Transfer to whom?"
      action="Transfer"
      run={transfer}
      onDone={() => onDone("The conversation was transferred.")}
      onClose={onClose}
    >
      <QueryView query={query}>
        {({ data }) => (
          <>
            <Select
              label="Operator"
              help="People and access tokens that may answer visitors."
              error={wrong}
              value={to}
              onChange={setTo}
              options={data.map((one) => ({ value: one.id, label: one.me ? `${one.name} (you)` : one.name }))}
            />
            <TextField
              label="Their name, as visitors read it"
              help="Optional."
              maxLength={200}
              value={name}
              onChange={setName}
            />
          </>
        )}
      </QueryView>
    </ActDialog>
  );
}

const WORDS = {
  hand_back: {
    title: "Hand back to the agent?",
    action: "Hand back",
    text: "The agent continues where it was, and reads the summary first.",
    done: "The agent goes on.",
  },
  resolve: {
    title: "Resolve it?",
    action: "Resolve",
    text: "The conversation is unassigned; the agent answers the next message.",
    done: "It is resolved.",
  },
} as const;

/** Ends the escalation, with a summary for its next reader. */
export function CloseDialog({ id, how, onDone, onClose }: DialogProps & { how: keyof typeof WORDS }) {
  const api = useCalls(inboxCalls);
  const [summary, setSummary] = useState("");
  const [ends, setEnds] = useState(false);
  const { title, action, text, done } = WORDS[how];
  const close = () => {
    const words = summary.trim();
    return how === "hand_back" ? api.handBack(id, words) : api.resolveEscalation(id, words, ends);
  };
  return (
    <ActDialog
      {...{ title, action, text, onClose }}
      run={close}
      onDone={() => {
        onDone(done);
      }}
    >
      <TextArea
        label="Summary"
        help="What was agreed (optional); not shown to the visitor. Ctrl and Enter confirm."
        maxLength={4_000}
        value={summary}
        onChange={setSummary}
      />
      {how === "resolve" && <Checkbox label="End the conversation, too" value={ends} onChange={setEnds} />}
    </ActDialog>
  );
}
