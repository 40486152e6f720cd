import type { WorkflowSettings } from "@parley/contracts";

type Analysis = NonNullable<WorkflowSettings["post_call_analysis"]>;
export type Question = NonNullable<Analysis["questions"]>[number];
type Answer = string | number | boolean | null;
export type Answers = Record<string, Answer>;

const MAX_TEXT = 4_000;

/** What the model is asked for one question: its description and the form of its answer. */
export function promptOf(question: Question): string {
  switch (question.type) {
    case "string":
      return question.description;
    case "number":
      return `${question.description} Answer with a number.`;
    case "boolean":
      return `${question.description} Answer with true or false.`;
    case "enum":
      return `${question.description} Answer with exactly one of: ${(question.choices ?? []).join(" | ")}`;
  }
}

/** Answers of the requested type only; anything else counts as no answer. `unanswered` lists the required questions without one. */
export function checkAnswers(
  questions: readonly Question[],
  values: Record<string, unknown>,
): { answers: Answers; unanswered: string[] } {
  const answers: Answers = Object.fromEntries(
    questions.map((question) => [
      question.name,
      typedAnswer(question, Object.hasOwn(values, question.name) ? values[question.name] : null),
    ]),
  );
  const unanswered = questions.filter(({ name, required }) => required === true && answers[name] === null);
  return { answers, unanswered: unanswered.map(({ name }) => name) };
}

function typedAnswer({ type, choices = [] }: Question, value: unknown): Answer {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return null;
  const text = String(value).trim();
  switch (type) {
    case "string":
      return text === ""
        ? null
        : text
            .replaceAll("\u0000", "")
            .slice(0, MAX_TEXT)
            .replace(/\p{Cs}/gu, "");
    case "number":
      return numberIn(text);
    case "boolean":
      return /^(?:true|yes)$/i.test(text) ? true : /^(?:false|no)$/i.test(text) ? false : null;
    case "enum":
      return choices.find((choice) => choice.trim().toLowerCase() === text.toLowerCase()) ?? null;
  }
}

/** “4”, “4.5”, “4 stars”; two numbers do not count as an answer. */
function numberIn(text: string): number | null {
  const found = text.match(/-?\d+(?:[.,]\d+)?/g) ?? [];
  const [only] = found;
  if (only === undefined || found.length > 1) return null;
  const value = Number(only.replace(",", "."));
  return Number.isFinite(value) ? value : null;
}
