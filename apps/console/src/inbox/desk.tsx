import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Escalation } from "../api/answers.js";
import type { Answer } from "../api/call.js";
import { inboxCalls } from "../api/inbox-calls.js";
import type { Problem } from "../api/problem.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { Keys } from "../keys/keys.js";
import { useShortcut, useShortcutKeys } from "../keys/registry.js";
import { Button, type ButtonLook } from "../ui/button.js";
import { notify } from "../ui/notify.js";
import { ProblemCard } from "../ui/problem-card.js";
import styles from "./desk.module.css";
import { CloseDialog, TransferDialog } from "./inbox-dialogs.js";
import { operatorName } from "./operator-name.js";
import { ReplyBox } from "./reply-box.js";

interface DeskProps {
  escalation: Escalation;
  /** Data collected by the session; saved replies may refer to it. */
  collected: Readonly<Record<string, unknown>> | null;
  onChanged(): void;
}

/** The reply area of an operator, in the inbox and on a session's page. Only the assignee can write. */
export function Desk({ escalation, collected, onChanged }: DeskProps) {
  const api = useCalls(inboxCalls);
  const [dialog, setDialog] = useState<"transfer" | "hand_back" | "resolve" | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { id, status, mine = false } = escalation;
  const other = status === "assigned" && !mine;
  const me = useQuery({ queryKey: ["operators"], queryFn: answered(() => api.operators()), enabled: other });
  const own = me.data?.data.find((one) => one.me);
  const act = async (call: () => Promise<Answer<Escalation>>): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const answer = await call();
    setBusy(false);
    setProblem(answer.type === "ok" ? null : answer);
    onChanged();
    if (answer.type === "ok") notify.good("It is yours. The agent is silent.");
  };
  const take = (): void => {
    if (status === "open") void act(() => api.takeEscalation(id, operatorName.get()));
    else if (own !== undefined) void act(() => api.transferEscalation(id, own.id, operatorName.get()));
  };
  const done = (text: string): void => {
    notify.good(text);
    onChanged();
  };
  const may = { take: status === "open" || own !== undefined, handBack: mine, resolve: mine || status === "open" };
  const scope = "Inbox";
  useShortcut({
    id: "inbox.take",
    keys: "t",
    label: "Take the conversation",
    scope,
    run: take,
    enabled: may.take && !mine,
  });
  useShortcut({
    ...{ id: "inbox.handBack", keys: "h", label: "Hand back to the agent", scope },
    ...{ run: () => setDialog("hand_back"), enabled: may.handBack },
  });
  useShortcut({
    ...{ id: "inbox.resolve", keys: "e", label: "Resolve the conversation", scope },
    ...{ run: () => setDialog("resolve"), enabled: may.resolve },
  });
  if (status === "resolved") return null;
  return (
    <div className={styles.desk}>
      {problem && <ProblemCard problem={problem} />}
      {mine && (
        <ReplyBox
          escalation={id}
          session={escalation.session_id}
          values={{ ...collected, visitor_name: escalation.participant.name }}
          onChanged={onChanged}
        />
      )}
      {other && (
        <p className={styles.fine} role="status">
          <strong>{escalation.assigned_name ?? "Somebody else"} has this conversation.</strong> One person answers at a
          time: take it over before you write.
        </p>
      )}
      <div className={styles.acts}>
        {status === "open" && <Act id="inbox.take" look="primary" busy={busy} label="Take" onPress={take} />}
        {other && own !== undefined && (
          <Act id="inbox.take" look="primary" busy={busy} label="Take it over" onPress={take} />
        )}
        {mine && <Act id="inbox.handBack" label="Hand back" onPress={() => setDialog("hand_back")} />}
        {may.resolve && <Act id="inbox.resolve" label="Resolve" onPress={() => setDialog("resolve")} />}
        {status === "assigned" && <Button onClick={() => setDialog("transfer")}>Transfer</Button>}
      </div>
      {dialog === "transfer" && <TransferDialog id={id} onDone={done} onClose={() => setDialog(null)} />}
      {(dialog === "hand_back" || dialog === "resolve") && (
        <CloseDialog id={id} how={dialog} onDone={done} onClose={() => setDialog(null)} />
      )}
    </div>
  );
}

interface ActProps {
  /** Of its shortcut. */
  id: string;
  label: string;
  look?: ButtonLook;
  busy?: boolean;
  onPress: () => void;
}

/** A button that shows its key. */
function Act({ id, label, look = "plain", busy = false, onPress }: ActProps) {
  const keys = useShortcutKeys(id);
  return (
    <Button look={look} busy={busy} onClick={onPress}>
      {label}
      {keys !== null && (
        <span className={styles.key} aria-hidden="true">
          <Keys keys={keys} />
        </span>
      )}
    </Button>
  );
}
