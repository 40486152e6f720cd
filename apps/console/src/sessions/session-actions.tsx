import { randomId } from "@parley/web-kit";
import { useQueryClient } from "@tanstack/react-query";
import { CirclePlay, Clock, History, Link, Square } from "lucide-react";
import { useRef, useState } from "react";
import { useMayEdit } from "../agents/for-editors.js";
import { useApi } from "../api/api-context.js";
import { inboxCalls } from "../api/inbox-calls.js";
import { answered } from "../api/query.js";
import { sessionCalls } from "../api/session-calls.js";
import { useCalls } from "../api/use-calls.js";
import { operatorName } from "../inbox/operator-name.js";
import { useShortcut } from "../keys/registry.js";
import { Button, LinkButton } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { Menu, MenuItem } from "../ui/menu.js";
import { notify } from "../ui/notify.js";
import { MakeTest } from "./make-test.js";

interface ActionsProps {
  id: string;
  /** Null = gone. */
  agentSlug: string | null;
  active: boolean;
  /** No human has it, and nobody waits who would have a button further down. */
  free: boolean;
  /** Transcripts, and with them tests, are for operators. */
  readable: boolean;
  onChanged(): void;
}

/** The actions on a session's page. */
export function SessionActions({ id, agentSlug, active, free, readable, onChanged }: ActionsProps) {
  const api = useApi();
  const [ending, setEnding] = useState(false);
  const mayEdit = useMayEdit() === true;
  const end = async () => {
    await answered(() => api.endSession(id))();
    onChanged();
    notify.good("The session is ended.");
  };
  return (
    <>
      {readable && <MakeTest session={id} />}
      {readable && mayEdit && (
        <LinkButton icon={<History />} to="/sessions/$id/replay" params={{ id }}>
          Replay
        </LinkButton>
      )}
      {mayEdit && agentSlug !== null && (
        <LinkButton icon={<Link />} to="/links/$agent/new" params={{ agent: agentSlug }} search={{ session: id }}>
          Make a link
        </LinkButton>
      )}
      {active && <Extend id={id} onChanged={onChanged} />}
      {active && (
        <Button icon={<Square />} onClick={() => setEnding(true)}>
          End the session
        </Button>
      )}
      {active && free && <TakeOver id={id} onChanged={onChanged} />}
      <ConfirmDialog
        open={ending}
        onClose={() => setEnding(false)}
        title="End this session?"
        action="End the session"
        consequences={[
          "1 live session ends now.",
          "Its visitor sees that the conversation is over and cannot write any more.",
        ]}
        run={end}
      />
    </>
  );
}

/** Takes over a running conversation, whether or not the visitor asked for it; the reply box appears under it. */
function TakeOver({ id, onChanged }: { id: string; onChanged(): void }) {
  const api = useCalls(inboxCalls);
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const take = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const answer = await api.takeOver(id, operatorName.get());
    if (answer.type === "ok") notify.good("It is yours. The agent is silent.");
    else notify.problem(answer.detail);
    await client.invalidateQueries({ queryKey: ["escalations"] });
    setBusy(false);
    onChanged();
  };
  const run = () => void take();
  useShortcut({ id: "session.take", keys: "t", label: "Take the conversation over", scope: "Session", run });
  return (
    <Button look="primary" icon={<CirclePlay />} busy={busy} onClick={run}>
      {busy ? "Taking over…" : "Take over"}
    </Button>
  );
}

const LONGER = [
  { minutes: 15, label: "15 minutes" },
  { minutes: 60, label: "An hour" },
  { minutes: 240, label: "4 hours" },
  { minutes: 1440, label: "A day" },
];

function Extend({ id, onChanged }: { id: string; onChanged(): void }) {
  const calls = useCalls(sessionCalls);
  // A repeated request keeps its key until it was answered.
  const key = useRef({ minutes: 0, key: "" });
  const extend = async (minutes: number, label: string): Promise<void> => {
    if (key.current.minutes !== minutes) key.current = { minutes, key: randomId() };
    const answer = await calls.extendSession(id, minutes, key.current.key);
    if (answer.type !== "ok") return notify.problem(answer.detail);
    key.current = { minutes: 0, key: "" };
    notify.good(`It may go on for ${label.toLowerCase()} more.`);
    onChanged();
  };
  return (
    <Menu label="Extend" trigger={<Button icon={<Clock />}>Extend</Button>}>
      {LONGER.map(({ minutes, label }) => (
        <MenuItem key={minutes} onSelect={() => void extend(minutes, label)}>
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}
