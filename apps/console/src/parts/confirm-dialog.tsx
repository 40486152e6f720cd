import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { Problem } from "../api/problem.js";
import { keepFocus } from "./keep-focus.js";
import { ProblemCard } from "./states.js";

interface ConfirmDialogProps {
  title: string;
  action: string;
  children: ReactNode;
  /** Whether what was asked for in the dialog may be sent; false keeps it open. */
  check?(): boolean;
  /** Does it; a refusal is shown and the dialog stays. */
  onConfirm(): Promise<Problem | null>;
  onClose(): void;
}

/** Asks before something cannot be taken back. Drawn = open; Escape and Cancel close it, the focus goes back by itself. */
export function ConfirmDialog({ title, action, children, check, onConfirm, onClose }: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const confirm = async (): Promise<void> => {
    if (busy || check?.() === false) return;
    setBusy(true);
    const refused = await onConfirm();
    setBusy(false);
    setProblem(refused);
    if (refused === null) dialog.current?.close();
  };
  const close = (): void => {
    onClose();
    keepFocus();
  };
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onClose={close}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      <div id={`${id}-text`} className="dialog-text">
        {children}
      </div>
      {problem && <ProblemCard problem={problem} />}
      <div className="actions">
        <button type="button" className="button quiet" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button type="button" className="button danger" aria-disabled={busy} onClick={() => void confirm()}>
          {busy ? "Working…" : action}
        </button>
      </div>
    </dialog>
  );
}
