import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { useWorkbench } from "../api/use-workbench.js";
import { Field, focusFirst } from "../parts/field.js";
import { notify } from "../ui/notify.js";
import { PageHeader } from "../ui/page-header.js";
import { ImportOutcome } from "./import-outcome.js";
import { revealIssue } from "./issue-list.js";
import { type DocumentImport, useDocumentImport } from "./use-document-import.js";

const route = getRouteApi("/import/{-$agent}");

/** Takes a document, shows every finding with its place, and keeps it as a version when it is right. */
export function ImportPage() {
  const { agent = null } = route.useParams();
  const navigate = useNavigate();
  const editing = useDocumentImport({
    api: useWorkbench(),
    agent,
    onWrong: focusFirst,
    onImported: ({ agent_id: agentId, version, active }) => {
      notify.good(`Version ${version ?? ""} imported${active ? " and active" : ""}.`);
      void navigate(
        agentId === null ? { to: "/agents" } : { to: "/agents/$agent/versions", params: { agent: agentId } },
      );
    },
  });
  const parent =
    agent === null ? { to: "/agents", label: "Agents" } : { to: "/agents/$agent", params: { agent }, label: agent };
  return (
    <>
      <PageHeader
        title={agent === null ? "Import an agent" : `Import a version of ${agent}`}
        parent={parent}
        lead="Check first: nothing is kept, and every mistake is shown with its place."
      />
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void editing.run("import");
        }}
      >
        <DocumentField editing={editing} />
        <div className="form-pair">
          <AgentField editing={editing} fixed={agent !== null} />
          <NotesField editing={editing} />
        </div>
        <label className="check">
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
            className="input mono document"
            rows={16}
            spellCheck={false}
            autoCapitalize="off"
            wrap="off"
            value={form.source}
            onChange={(event) => edit(event.currentTarget.value)}
          />
        )}
      </Field>
      <div className="field">
        <label htmlFor="field-file">Or choose a file</label>
        <input
          id="field-file"
          className="file"
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
          className="input mono"
          maxLength={64}
          autoCapitalize="off"
          autoComplete="off"
          spellCheck={false}
          readOnly={fixed}
          value={editing.form.name}
          onChange={(event) => editing.change({ name: event.currentTarget.value })}
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
          className="input"
          maxLength={500}
          value={editing.form.notes}
          onChange={(event) => editing.change({ notes: event.currentTarget.value })}
        />
      )}
    </Field>
  );
}

function Buttons({ editing: { busy, run } }: PartProps) {
  return (
    <div className="actions start">
      <button type="submit" className="button primary" aria-disabled={busy !== null}>
        {busy === "import" ? "Importing…" : "Import"}
      </button>
      <button type="button" className="button quiet" aria-disabled={busy !== null} onClick={() => void run("check")}>
        {busy === "check" ? "Checking…" : "Check only"}
      </button>
    </div>
  );
}
