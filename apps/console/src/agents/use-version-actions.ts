import { useState } from "react";
import type { Agent, TestResult } from "../api/answers.js";
import { type GateRefusal, readGateRefusal } from "../api/gate-refusal.js";
import type { Problem } from "../api/problem.js";
import { useWorkbench } from "../api/use-workbench.js";
import { keepFocus } from "../ui/keep-focus.js";
import { notify } from "../ui/notify.js";
import { saveFile } from "../ui/save-file.js";
import { failedTests } from "./failed-tests.js";

/** A version that the gate kept from new conversations. */
interface Gated {
  version: number;
  refusal: GateRefusal;
}

/** Actions on the versions of an agent, one of a kind at a time, and their results. */
export function useVersionActions(agent: Agent, onChange: () => Promise<unknown>) {
  const api = useWorkbench();
  const [busy, setBusy] = useState<number | null>(null);
  const [testing, setTesting] = useState<number | null>(null);
  const [tested, setTested] = useState<TestResult | null>(null);
  const [gated, setGated] = useState<Gated | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const test = async (version: number): Promise<void> => {
    if (testing !== null) return;
    setTesting(version);
    setTested(null);
    setProblem(null);
    const answer = await api.testVersion(agent.id, version);
    setTesting(null);
    if (answer.type === "ok") {
      setTested(answer.value);
      setGated((at) => (at?.version === version ? gatedBy(at, answer.value) : at));
    } else setProblem(answer);
    keepFocus();
  };
  const activated = async (version: number): Promise<void> => {
    setGated(null);
    await onChange();
    notify.good(`Version ${version} is active. Conversations that already run keep their version.`);
  };
  const activate = async (version: number): Promise<void> => {
    if (busy !== null) return;
    setBusy(version);
    setProblem(null);
    setGated(null);
    const answer = await api.activate(agent.id, version);
    if (answer.type === "ok") await activated(version);
    else {
      const refusal = readGateRefusal(answer);
      if (refusal === null) setProblem(answer);
      else setGated({ version, refusal });
      // The result of an older run would contradict the gate, or repeat it.
      setTested(null);
    }
    setBusy(null);
    keepFocus();
  };
  const publish = async (version: number, reason: string): Promise<Problem | null> => {
    const answer = await api.activate(agent.id, version, reason);
    if (answer.type !== "ok") return answer;
    await activated(version);
    return null;
  };
  const download = async (version: number): Promise<void> => {
    setProblem(null);
    const answer = await api.exportVersion(agent.id, version);
    if (answer.type === "ok")
      saveFile(`${agent.slug}-v${version}.json`, JSON.stringify(answer.value, null, 2), "application/json");
    else setProblem(answer);
  };
  return { busy, testing, tested, gated, problem, test, activate, publish, download };
}

/** A passing run opens the gate; a failed one names what blocks it. */
function gatedBy(gated: Gated, result: TestResult): Gated | null {
  if (gated.refusal.state === "not_required") return gated;
  return result.passed ? null : { ...gated, refusal: { state: "failed", failing: failedTests(result) } };
}
