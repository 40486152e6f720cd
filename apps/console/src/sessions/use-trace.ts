import { useState } from "react";
import type { SessionTrace } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import type { Problem } from "../api/problem.js";
import { keepFocus } from "../parts/keep-focus.js";

/** The trace of a session, read when somebody asks for it: from its beginning, or the next page behind what is there. */
export function useTrace(id: string) {
  const api = useApi();
  const [trace, setTrace] = useState<SessionTrace | null>(null);
  const [busy, setBusy] = useState<"begin" | "more" | null>(null);
  const [failed, setFailed] = useState<{ what: "begin" | "more"; problem: Problem } | null>(null);

  const read = async (what: "begin" | "more"): Promise<void> => {
    if (busy !== null) return;
    setBusy(what);
    setFailed(null);
    const before = what === "more" ? trace : null;
    const answer = await api.trace(id, before?.next_cursor ?? undefined);
    setBusy(null);
    if (answer.type !== "ok") setFailed({ what, problem: answer });
    else setTrace({ ...answer.value, turns: [...(before?.turns ?? []), ...answer.value.turns] });
    keepFocus();
  };
  return { trace, busy, failed, read };
}
