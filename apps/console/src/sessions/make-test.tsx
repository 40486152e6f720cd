import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { type SessionTest, sessionCalls } from "../api/session-calls.js";
import { useCalls } from "../api/use-calls.js";
import { Button } from "../ui/button.js";
import { notify } from "../ui/notify.js";
import { TestDialog } from "./test-dialog.js";

/** A session as a test of its agent, shown for review before it is used. */
export function MakeTest({ session, small = false }: { session: string; small?: boolean }) {
  const calls = useCalls(sessionCalls);
  const [test, setTest] = useState<SessionTest | null>(null);
  const [busy, setBusy] = useState(false);
  const make = async (): Promise<void> => {
    setBusy(true);
    const answer = await calls.testOf(session);
    setBusy(false);
    if (answer.type === "ok") setTest(answer.value);
    else notify.problem(answer.detail);
  };
  return (
    <>
      <Button small={small} icon={<FlaskConical />} busy={busy} onClick={() => void make()}>
        Make a test of it
      </Button>
      {test !== null && <TestDialog made={test} onClose={() => setTest(null)} />}
    </>
  );
}
