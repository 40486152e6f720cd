import { useRef } from "preact/hooks";
import { announce } from "../app/announcement.js";
import { type DocumentImport, useDocumentImport } from "./use-document-import.js";
import { go } from "../app/navigation.js";
import { pathOf } from "../app/route.js";
import { useApi } from "../api/api-context.js";
import { Field, focusFirst } from "../parts/field.js";
import { ImportOutcome } from "./import-outcome.js";
import { revealIssue } from "./issue-list.js";
import { PageHeader } from "../parts/page-header.js";

/** Takes a document, shows every finding with its place, and keeps it as a version when it is right. */
export function ImportPage({ agent }: { agent: string | null }) {
  const editing = useDocumentImport({
    api: useApi(),
    agent,
    onWrong: focusFirst,
    onImported: ({ agent_id: agentId, version, active }) => {
      announce(`Version ${version ?? ""} imported${active ? " and active" : ""}.`);
      go(agentId === null ? { page: "agents" } : { page: "agent", agent: agentId });
    },
  });
  const parent =
    agent === null
      ? { href: pathOf({ page: "agents" }), label: "Agents" }
      : { href: pathOf({ page: "agent", agent }), label: agent };
  return (
    <>
      <PageHeader
        title={agent === null ? "Import an agent" : `Import a version of ${agent}`}
        parent={parent}
        lead="Check first: nothing is kept, and every mistake is shown with its place."
      />
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void editing.run("import");
        }}
      >
        <DocumentField editing={editing} />
        <div class="form-pair">
          <AgentField editing={editing} fixed={agent !== null} />
          <NotesField editing={editing} />
        </div>
        <label class="check">
          <input
            type="checkbox"
            checked={editing.form.activate}
            onChange={(event) => editing.change({ activate: event.currentTarget.checked })}
          />
          <span>Use this version for new conversations at once</span>
        </label>
        <Buttons editing={editing} />
      </form>
    </>
  );
}

interface PartProps {
  editing: DocumentImport;
}

function DocumentField({ editing }: PartProps) {
  const editor = useRef<HTMLTextAreaElement>(null);
  const { form, wrong, outcome, edit, upload } = editing;
  return (
    <>
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
            value={form.source}
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
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) void upload(file);
          }}
        />
      </div>
      <ImportOutcome
        outcome={outcome}
        source={form.source}
        onShow={(issue) => revealIssue(editor.current, issue)}
        onPublish={editing.publish}
      />
    </>
  );
}

function AgentField({ editing, fixed }: PartProps & { fixed: boolean }) {
  return (
    <Field
      name="agent"
      label="Agent"
      help="Its name in addresses. An existing name gets a new version, a new one makes an agent."
      problem={editing.wrong.agent}
    >
      {(control) => (
        <input
          {...control}
          class="input mono"
          maxLength={64}
          autocapitalize="off"
          autocomplete="off"
          spellcheck={false}
          readOnly={fixed}
          value={editing.form.name}
          onInput={(event) => editing.change({ name: event.currentTarget.value })}
        />
      )}
    </Field>
  );
}

function NotesField({ editing }: PartProps) {
  return (
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
          value={editing.form.notes}
          onInput={(event) => editing.change({ notes: event.currentTarget.value })}
        />
      )}
    </Field>
  );
}

function Buttons({ editing: { busy, run } }: PartProps) {
  return (
    <div class="actions start">
      <button type="submit" class="button primary" aria-disabled={busy !== null}>
        {busy === "import" ? "Importing…" : "Import"}
      </button>
      <button type="button" class="button quiet" aria-disabled={busy !== null} onClick={() => void run("check")}>
        {busy === "check" ? "Checking…" : "Check only"}
      </button>
    </div>
  );
}
