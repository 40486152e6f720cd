import type { Issue } from "./issue.js";
import { isRecord, listOf, type Outline, type Path, type Raw, recordOf, textsOf } from "./outline.js";

const error = (path: Path, code: string, message: string): Issue => ({ path, code, message, severity: "error" });

/** Rules of the test suite, beyond its field types. */
export function checkTests(input: unknown, outline: Outline): Issue[] {
  const document = recordOf(input);
  const tests = listOf(document.tests);
  const issues =
    recordOf(document.agent).require_tests === true && tests.length === 0
      ? [error(["tests"], "missing_tests", "require_tests needs at least one test")]
      : [];
  const names = new Set<unknown>();
  for (const [index, raw] of tests.entries()) {
    if (!isRecord(raw)) continue;
    const path: Path = ["tests", index];
    if (names.has(raw.name)) issues.push(error([...path, "name"], "duplicate_id", "another test has this name"));
    names.add(raw.name);
    issues.push(...checkTest(outline, raw, path));
  }
  return issues;
}

function checkTest(outline: Outline, test: Raw, path: Path): Issue[] {
  const opening = checkExpectation(outline, recordOf(test.opening).expect, [...path, "opening", "expect"]);
  const steps = listOf(test.steps).flatMap((raw, index) => {
    if (!isRecord(raw)) return [];
    const at: Path = [...path, "steps", index];
    const oneOf = (raw.say === undefined) === (raw.event === undefined);
    const wrong = oneOf ? [error(at, "bad_step", "a step has either say or event")] : [];
    return [...wrong, ...checkExpectation(outline, raw.expect, [...at, "expect"])];
  });
  const answers = listOf(test.answers).flatMap((raw, index) =>
    isRecord(raw) ? checkAnswer(outline, raw, [...path, "answers", index]) : [],
  );
  return [...opening, ...steps, ...answers];
}

function checkExpectation(outline: Outline, raw: unknown, path: Path): Issue[] {
  if (!isRecord(raw)) return [];
  const issues = textsOf(raw.path).flatMap((id, index) => unknownNode(outline, id, [...path, "path", index]));
  if (typeof raw.node === "string") issues.push(...unknownNode(outline, raw.node, [...path, "node"]));
  if (typeof raw.reply_matches === "string" && !isPattern(raw.reply_matches)) {
    issues.push(error([...path, "reply_matches"], "bad_pattern", "this is no regular expression"));
  }
  return issues;
}

/** The field that answers each kind of call. */
const ANSWER_FIELD: Record<string, string> = { reply: "text", extract: "values", classify: "intent", api: "status" };

function checkAnswer(outline: Outline, raw: Raw, path: Path): Issue[] {
  const issues = typeof raw.node === "string" ? unknownNode(outline, raw.node, [...path, "node"]) : [];
  const field = typeof raw.call === "string" ? ANSWER_FIELD[raw.call] : undefined;
  if (field !== undefined && (raw.failed === undefined) === (raw[field] === undefined)) {
    issues.push(error(path, "bad_answer", `an answer to this call has either ${field} or failed`));
  }
  return issues;
}

function unknownNode(outline: Outline, id: string, path: Path): Issue[] {
  return outline.byId.has(id) ? [] : [error(path, "unknown_node", "no node has this id")];
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, "iu") instanceof RegExp;
  } catch {
    return false;
  }
}
