import { useEffect, useRef, useState } from "preact/hooks";
import { suggestedSlug } from "../data/agent-name.js";
import { announce } from "../data/announcement.js";
import type { Issue } from "../net/models.js";
import type { Problem } from "../net/problem.js";
import { go } from "../routing/navigation.js";
import { pathOf } from "../routing/route.js";
import { useApi } from "../view/api-context.js";
import { Field, focusFirst } from "../view/field.js";
import { IssueList, revealIssue } from "../view/issue-list.js";
import { PageHeader } from "../view/page-header.js";
import { ProblemCard } from "../view/states.js";

const MAX_FILE_BYTES = 200_000;

type Outcome =
  | { type: "none" }
  | { type: "checked"; issues: Issue[]; isNew: boolean }
  | { type: "invalid"; issues: Issue[] }
  | { type: "refused"; problem: Problem };

/** Takes a document, shows every finding with its place, and keeps it as a version when it is right. */
export function ImportPage({ agent }: { agent: string | null }) {
  const api = useApi();
  const editor = useRef<HTMLTextAreaElement>(null);
  const [source, setSource] = useState("");
  const [name, setName] = useState(agent ?? "");
  const [named, setNamed] = useState(agent !== null);
  const [notes, setNotes] = useState("");
  const [activate, setActivate] = useState(true);
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState<"check" | "import" | null>(null);
  const [outcome, setOutcome] = useState<Outcome>({ type: "none" });

  const edit = (text: string): void => {
    setSource(text);
    setOutcome({ type: "none" });
    if (!named) setName(suggestedSlug(text));
  };
  const upload = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    if (file.size > MAX_FILE_BYTES) return setWrong({ document: "is larger than 200 kB" });
    setWrong({});
    edit(await file.text());
    editor.current?.focus();
  };
  const run = async (dryRun: boolean): Promise<void> => {
    if (busy !== null) return;
    const missing: Record<string, string> = {};
    if (source.trim() === "") missing.document = "Paste a document or choose a file.";
    else if (name.trim() === "") missing.agent = "Give the agent a name.";
    setWrong(missing);
    if (Object.keys(missing).length > 0) return focusFirst(missing);
    setBusy(dryRun ? "check" : "import");
    const answer = await api.importAgent(name.trim(), { document: source, dryRun, activate, notes });
    setBusy(null);
    if (answer.type !== "ok") {
      const { issues } = answer;
      return setOutcome(issues.length > 0 ? { type: "invalid", issues } : { type: "refused", problem: answer });
    }
    const { agentId, version, active, issues } = answer.value;
    if (dryRun) return setOutcome({ type: "checked", issues, isNew: agentId === null });
    announce(`Version ${version ?? ""} imported${active ? " and active" : ""}.`);
    go(agentId === null ? { page: "agents" } : { page: "agent", agent: agentId });
  };

  return (
    <>
      <PageHeader
        title={agent === null ? "Import an agent" : `Import a version of ${agent}`}
        parent={
          agent === null
            ? { href: pathOf({ page: "agents" }), label: "Agents" }
            : { href: pathOf({ page: "agent", agent }), label: agent }
        }
        lead="Check first: nothing is kept, and every mistake is shown with its place."
      />
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void run(false);
        }}
      >
        <Field
          name="document"
          label="Document"
          help="JSON or YAML, with the parts agent and workflow."
          problem={wrong.document}
        >
          {(control) => (
            <textarea
              {...control}
              ref={editor}
              class="input mono document"
              rows={16}
              spellcheck={false}
              autocapitalize="off"
              wrap="off"
              value={source}
              onInput={(event) => edit(event.currentTarget.value)}
            />
          )}
        </Field>
        <div class="field">
          <label for="field-file">Or choose a file</label>
          <input
            id="field-file"
            class="file"
            type="file"
            accept=".json,.yaml,.yml,application/json"
            onChange={(event) => void upload(event.currentTarget.files?.[0])}
          />
        </div>
        <Outcomes outcome={outcome} source={source} onShow={(issue) => revealIssue(editor.current, issue)} />
        <div class="form-pair">
          <Field
            name="agent"
            label="Agent"
            help="Its name in addresses. An existing name gets a new version, a new one makes an agent."
            problem={wrong.agent}
          >
            {(control) => (
              <input
                {...control}
                class="input mono"
                maxLength={64}
                autocapitalize="off"
                autocomplete="off"
                spellcheck={false}
                readOnly={agent !== null}
                value={name}
                onInput={(event) => {
                  setName(event.currentTarget.value);
                  setNamed(event.currentTarget.value !== "");
                }}
              />
            )}
          </Field>
          <Field
            name="notes"
            label="Notes"
            help="What changed, for whoever reads the list of versions. At most 500 characters."
          >
            {(control) => (
              <input
                {...control}
                class="input"
                maxLength={500}
                value={notes}
                onInput={(event) => setNotes(event.currentTarget.value)}
              />
            )}
          </Field>
        </div>
        <label class="check">
          <input type="checkbox" checked={activate} onChange={(event) => setActivate(event.currentTarget.checked)} />
          <span>Use this version for new conversations at once</span>
        </label>
        <div class="actions start">
          <button type="submit" class="button primary" aria-disabled={busy !== null}>
            {busy === "import" ? "Importing…" : "Import"}
          </button>
          <button type="button" class="button quiet" aria-disabled={busy !== null} onClick={() => void run(true)}>
            {busy === "check" ? "Checking…" : "Check only"}
          </button>
        </div>
      </form>
    </>
  );
}

interface OutcomesProps {
  outcome: Outcome;
  source: string;
  onShow(issue: Issue): void;
}

function Outcomes({ outcome, source, onShow }: OutcomesProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (outcome.type !== "none") place.current?.scrollIntoView({ block: "nearest" });
  }, [outcome]);
  return (
    <div ref={place} class="outcomes">
      <OutcomeText outcome={outcome} source={source} onShow={onShow} />
    </div>
  );
}

function OutcomeText({ outcome, source, onShow }: OutcomesProps) {
  switch (outcome.type) {
    case "none":
      return null;
    case "refused":
      return <ProblemCard problem={outcome.problem} />;
    case "invalid":
      return (
        <section class="outcome bad" role="alert">
          <h2>The document is not valid; nothing was kept</h2>
          <IssueList issues={outcome.issues} source={source} onShow={onShow} />
        </section>
      );
    case "checked":
      return (
        <section class="outcome good" role="status">
          <h2>The document is valid</h2>
          <p>{outcome.isNew ? "Importing it makes a new agent." : "Importing it makes a new version."}</p>
          <IssueList issues={outcome.issues} source={source} onShow={onShow} />
        </section>
      );
  }
}
