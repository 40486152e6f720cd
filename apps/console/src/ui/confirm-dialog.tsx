import { type ReactNode, useState } from "react";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import styles from "./dialog.module.css";
import { refusalOf } from "./refusal.js";
import { TextField } from "./text-field.js";
import { Trouble } from "./trouble.js";

interface ConfirmProps {
  open: boolean;
  onClose: () => void;
  /** A question: "Delete Spring campaign?" */
  title: string;
  /** What is removed, ended or stops working, and when; one sentence each. */
  consequences: readonly ReactNode[];
  /** A milder alternative, offered first: disable instead of delete. */
  milder?: { text: string; action: string; run: () => Promise<unknown> };
  /** For loss of content: this title must be typed first. */
  typed?: string;
  /** Further questions before the action, and whether they are answered. */
  children?: ReactNode;
  ready?: boolean;
  /** The verb: "Delete link". */
  action: string;
  run: () => Promise<unknown>;
}

/** Before anything irreversible. It stays open with the reason when the call fails. */
export function ConfirmDialog(props: ConfirmProps) {
  // A new opening starts with an empty field and no error.
  return props.open ? <OpenConfirm {...props} /> : null;
}

function OpenConfirm({ onClose, title, consequences, milder, typed, action, run, ...asked }: ConfirmProps) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState<"milder" | "action" | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const ready = asked.ready !== false && (typed === undefined || text.trim() === typed.trim());
  const go = (which: "milder" | "action", call: () => Promise<unknown>) => () => {
    setBusy(which);
    call().then(onClose, (error: unknown) => {
      setTrouble(refusalOf(error).detail);
      setBusy(null);
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" disabled={!ready} busy={busy === "action"} onClick={go("action", run)}>
            {action}
          </Button>
        </>
      }
    >
      {milder === undefined ? null : (
        <div className={styles.milder}>
          <p>{milder.text}</p>
          <Button busy={busy === "milder"} onClick={go("milder", milder.run)}>
            {milder.action}
          </Button>
        </div>
      )}
      <ul className={styles.facts}>
        {consequences.map((consequence, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the sentences never move.
          <li key={index}>{consequence}</li>
        ))}
      </ul>
      {asked.children}
      {typed === undefined ? null : (
        <TextField label={`Type “${typed}” to go on`} value={text} onChange={setText} autoComplete="off" />
      )}
      <Trouble>{trouble}</Trouble>
    </Dialog>
  );
}
