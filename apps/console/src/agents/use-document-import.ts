import { useState } from "react";
import type { Imported, Issue } from "../api/answers.js";
import { type GateRefusal, readGateRefusal } from "../api/gate-refusal.js";
import type { Problem } from "../api/problem.js";
import type { WorkbenchApi } from "../api/use-workbench.js";
import { focusFirst } from "../ui/focus-first.js";
import { suggestedSlug } from "./agent-name.js";

/** Below the server's limit of 256 KiB for a body, with room for escaping. */
const MAX_FILE_BYTES = 200_000;

/** Result of the last check or import; `makes` null = it is unknown whether an agent has that name. */
export type Outcome =
  | { type: "none" }
  | { type: "checked"; issues: Issue[]; makes: "agent" | "version" | null }
  | { type: "invalid"; issues: Issue[] }
  /** Valid, but its tests keep it from going live. */
  | { type: "gated"; refusal: GateRefusal }
  | { type: "refused"; problem: Problem };

interface DocumentForm {
  source: string;
  name: string;
  notes: string;
  activate: boolean;
}

interface Options {
  api: WorkbenchApi;
  /** The agent that gets the version; null = named in the form. */
  agent: string | null;
  onImported(imported: Imported): void;
}

/** The form of an import: its values, its problems, and the two calls it can make. */
export function useDocumentImport({ api, agent, onImported }: Options) {
  const [form, setForm] = useState<DocumentForm>({ source: "", name: agent ?? "", notes: "", activate: true });
  /** A name typed by the user is not replaced by a suggestion. */
  const [named, setNamed] = useState(agent !== null);
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState<"check" | "import" | null>(null);
  const [outcome, setOutcome] = useState<Outcome>({ type: "none" });

  const change = (part: Partial<Omit<DocumentForm, "source">>): void => {
    if (part.name !== undefined) setNamed(part.name !== "");
    setForm((before) => ({ ...before, ...part }));
  };
  const edit = (source: string): void => {
    setOutcome({ type: "none" });
    setForm((before) => ({ ...before, source, name: named ? before.name : suggestedSlug(source) }));
  };
  const upload = async (file: File): Promise<void> => {
    setWrong({});
    if (file.size > MAX_FILE_BYTES) return refuse({ document: "is larger than 200 kB" });
    edit(await file.text());
  };
  const refuse = (found: Record<string, string>): void => {
    setWrong(found);
    focusFirst();
  };
  const settle = (problem: Problem): void => {
    const { issues, fields } = problem;
    const refusal = readGateRefusal(problem);
    const unreadable = fields.find(({ field }) => field === "document");
    if (refusal !== null) setOutcome({ type: "gated", refusal });
    else if (issues.length > 0) setOutcome({ type: "invalid", issues });
    else if (unreadable) refuse({ document: unreadable.message });
    else setOutcome({ type: "refused", problem });
  };
  const run = async (kind: "check" | "import"): Promise<void> => {
    if (busy !== null) return;
    const name = form.name.trim();
    if (form.source.trim() === "") return refuse({ document: "Paste a document or choose a file." });
    if (kind === "import" && name === "") return refuse({ agent: "Enter a name for the agent." });
    setWrong({});
    setBusy(kind);
    const result = kind === "import" || name !== "" ? await importAs(name, kind) : await validate();
    setBusy(null);
    if (result.type === "problem") settle(result);
    else if (result.type === "imported") onImported(result.imported);
    else setOutcome(result);
  };
  const importAs = async (name: string, kind: "check" | "import", overrideReason?: string) => {
    const { source: document, activate, notes } = form;
    const options = { document, dryRun: kind === "check", activate, notes, overrideReason };
    const answer = await api.importAgent(name, options);
    if (answer.type !== "ok") return answer;
    if (kind === "import") return { type: "imported", imported: answer.value } as const;
    const makes = answer.value.agent_id === null ? "agent" : "version";
    return { type: "checked", issues: answer.value.issues, makes } as const;
  };
  /** Repeats the import, going live whatever its tests say. */
  const publish = async (reason: string): Promise<Problem | null> => {
    const result = await importAs(form.name.trim(), "import", reason);
    if (result.type === "problem") return result;
    if (result.type === "imported") onImported(result.imported);
    return null;
  };
  /** Without a name there is nothing to import into, but the document can still be validated. */
  const validate = async () => {
    const answer = await api.validate(form.source);
    if (answer.type !== "ok") return answer;
    const { valid, issues } = answer.value;
    return valid ? ({ type: "checked", issues, makes: null } as const) : ({ type: "invalid", issues } as const);
  };
  return { form, wrong, busy, outcome, change, edit, upload, run, publish };
}

export type DocumentImport = ReturnType<typeof useDocumentImport>;
