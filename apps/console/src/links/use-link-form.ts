import { randomId } from "@parley/web-kit";
import { type FormEvent, useRef, useState } from "react";
import type { Answer } from "../api/call.js";
import type { Problem } from "../api/problem.js";
import { focusFirst } from "../ui/focus-first.js";
import { controlOf, type LinkValues, wrongFields } from "./link-form.js";

interface Options<T> {
  initial: LinkValues;
  edit?: boolean;
  /** What else stands in the form and is wrong, by its control. */
  alsoWrong?(): Record<string, string>;
  /** `key` stays the same while the content does: a repeat after a lost answer must not do it twice. */
  send(values: LinkValues, key: string): Promise<Answer<T>>;
  onDone(value: T): void;
}

/** The form of a link while somebody fills it in: what stands there, what is wrong, and sending it. */
export function useLinkForm<T>({ initial, edit = false, alsoWrong, send, onDone }: Options<T>) {
  const [values, setValues] = useState<LinkValues>(initial);
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const attempt = useRef({ content: "", key: "" });

  const change = (name: string, value: string): void => setValues((before) => ({ ...before, [name]: value }));
  const fill = (filled: LinkValues): void => {
    setValues(filled);
    setWrong({});
    setProblem(null);
  };
  /** False = something in the form is wrong, and the focus is there. */
  const check = (): boolean => {
    const found = { ...wrongFields(values, { edit }), ...alsoWrong?.() };
    setWrong(found);
    if (Object.keys(found).length === 0) return true;
    focusFirst();
    return false;
  };
  const submit = async (event: FormEvent, content: string): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setProblem(null);
    if (!check()) return;
    if (attempt.current.content !== content) attempt.current = { content, key: randomId() };
    setBusy(true);
    const answer = await send(values, attempt.current.key);
    setBusy(false);
    if (answer.type === "ok") return onDone(answer.value);
    const { beside, rest } = placed(answer, values);
    setWrong(beside);
    setProblem(rest);
    if (Object.keys(beside).length > 0) focusFirst();
  };
  return { values, wrong, problem, busy, change, fill, check, submit };
}

/** Findings with a control of this form stand beside it; the others stay with the refusal. */
function placed(problem: Problem, values: LinkValues): { beside: Record<string, string>; rest: Problem } {
  const beside: Record<string, string> = {};
  const fields = problem.fields.flatMap((finding) => {
    const control = controlOf(finding.path, values);
    if (control === "") return [{ ...finding, field: "", message: `${finding.path}: ${finding.message}` }];
    beside[control] ??= finding.message;
    return [];
  });
  return { beside, rest: { ...problem, fields } };
}
