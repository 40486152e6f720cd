import type { AgentTest, TestedStep, TestStep } from "@parley/contracts";
import { createScriptedModel } from "@parley/llm";
import type { Definition } from "@parley/turns";
import type { RecordedSession, RecordedTurn, WrongTurn } from "../repository/recordings.js";
import { createCoverage } from "../testing/coverage.js";
import { runTest } from "../testing/run-test.js";
import { answerOf } from "./recorded-answer.js";
import { createRedactor, type Redactor } from "./redact.js";
import { wishFor } from "./wish-for.js";

/** One test takes no longer than this. */
const TEST_MS = 5_000;
/** As many steps as a test may have. */
const MAX_STEPS = 200;

interface MadeTest {
  test: AgentTest;
  notes: string[];
}

interface Recorded {
  session: RecordedSession;
  turns: readonly RecordedTurn[];
  wrong: WrongTurn | null;
}

/**
 * Makes a test of a recorded session: its user lines and the recorded answers of its calls, both without what points to a person, and as
 * expectation what the version does with exactly these, so the test passes against the version that it comes from. With a turn that was
 * found wrong it ends there and expects what should have been said instead.
 */
export async function sessionToTest({ session, turns, wrong }: Recorded, definition: Definition): Promise<MadeTest> {
  const redactor = createRedactor(session.participant, session.collected_data);
  const { kept, notes } = keepRepeatable(wrong === null ? turns : turns.filter(({ seq }) => seq <= wrong.seq));
  const timed = definition.workflow.document.workflow.nodes.some((node) =>
    node.transitions?.some(({ condition }) => condition.trim().startsWith("timeout:")),
  );
  const plain: AgentTest = {
    name: `recorded ${session.session_id.slice(-6)}`,
    version_of_format: 1,
    steps: kept.filter(({ kind }) => kind !== "open").map((turn) => stepOf(turn, redactor, timed)),
    answers: kept.flatMap(({ trace, result }) =>
      (trace?.calls ?? []).flatMap((call) => answerOf(call, result?.transitions ?? [], redactor)),
    ),
  };
  const played = await runTest(
    {
      definition,
      model: createScriptedModel(),
      signal: AbortSignal.timeout(TEST_MS),
      coverage: createCoverage(definition.workflow.document),
    },
    plain,
  );
  const [opening, ...steps] = played;
  const [opened, ...after] = kept;
  const cut = steps.findIndex(({ got }) => got === null);
  if (cut >= 0)
    notes.push(`ends before turn ${after[cut]?.seq ?? "?"}: ${steps[cut]?.reasons[0] ?? "it has no outcome"}`);
  const complete = cut < 0 ? steps : steps.slice(0, cut);
  for (const [index, step] of [opening, ...complete].entries()) {
    const turn = index === 0 ? opened : after[index - 1];
    if (turn && step && !wentAway(turn) && !sameWay(turn, step)) {
      notes.push(`turn ${turn.seq} takes another way without what was taken out of its words`);
    }
  }
  const test: AgentTest = {
    ...plain,
    ...(opening?.got ? { opening: { expect: expectationOf(opening) } } : {}),
    steps: complete.map((step, index) => ({ ...plain.steps[index], expect: expectationOf(step) })),
  };
  if (wrong === null) return { test, notes };
  const last = kept.at(-1);
  if (last?.seq !== wrong.seq || complete.length < after.length)
    return { test, notes: [...notes, `turn ${wrong.seq}, which was found wrong, cannot be repeated`] };
  const wished = wishFor(test, last, wrong.expected === null ? null : redactor.text(wrong.expected));
  return { test: wished.test, notes: [...notes, ...wished.notes] };
}

/** Turns that a test can repeat: those that were answered in full, up to the first transfer to another agent. */
function keepRepeatable(turns: readonly RecordedTurn[]): { kept: RecordedTurn[]; notes: string[] } {
  const kept: RecordedTurn[] = [];
  const notes: string[] = [];
  for (const turn of turns) {
    if (turn.status !== "done" || turn.trace === null) {
      notes.push(`turn ${turn.seq} failed and is left out`);
      continue;
    }
    if (turn.result?.finish_reason === "stopped") {
      notes.push(`turn ${turn.seq} was stopped by the visitor and is left out`);
      continue;
    }
    kept.push(turn);
    if (wentAway(turn)) {
      notes.push(`ends with turn ${turn.seq}, where the session went to another agent`);
      break;
    }
    if (kept.length > MAX_STEPS) {
      notes.push(`ends with turn ${turn.seq}: a test has ${MAX_STEPS} steps at most`);
      break;
    }
  }
  return { kept, notes };
}

/** The session went to another agent in this turn; in a test it ends there. */
const wentAway = ({ trace }: RecordedTurn): boolean =>
  (trace?.calls ?? []).some(({ type, failed }) => type === "agent.load" && failed === null);

function stepOf(turn: RecordedTurn, redactor: Redactor, timed: boolean): TestStep {
  const event = turn.trace?.event;
  const seconds = timed && event?.seconds_in_node ? Math.round(event.seconds_in_node * 1_000) / 1_000 : 0;
  const more = {
    ...(seconds > 0 ? { after_seconds: seconds } : {}),
    ...(event?.human === undefined ? {} : { human: event.human }),
  };
  if (event?.type === "timer.fired") return { event: "timer", ...more };
  if (event?.type === "handed_back") return { event: "hand_back" };
  return { say: redactor.text(turn.content), ...more };
}

function expectationOf({ got }: TestedStep): NonNullable<TestStep["expect"]> {
  if (got === null) return {};
  const { path, node, reply, variables, model_calls, ended } = got;
  return { path, node, reply, variables, model_calls, ended };
}

function sameWay(turn: RecordedTurn, { got, step }: TestedStep): boolean {
  const recorded = (turn.result?.transitions ?? []).map(({ to_node }) => to_node);
  const taken = step === 0 ? got?.path.slice(1) : got?.path;
  return JSON.stringify(recorded) === JSON.stringify(taken ?? []);
}
