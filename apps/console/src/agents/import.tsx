import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type Ref, useRef } from "react";
import { useWorkbench } from "../api/use-workbench.js";
import { Buttons, Fields } from "../ui/block.js";
import { Button } from "../ui/button.js";
import { Checkbox } from "../ui/choices.js";
import { FileButton } from "../ui/file-button.js";
import { notify } from "../ui/notify.js";
import { PageHeader } from "../ui/page-header.js";
import { TextArea, TextField } from "../ui/text-field.js";
import { ImportOutcome } from "./import-outcome.js";
import { revealIssue } from "./issue-list.js";
import { type DocumentImport, useDocumentImport } from "./use-document-import.js";
import styles from "./workbench.module.css";

const route = getRouteApi("/import/{-$agent}");

/** Accepts a document, shows every finding with its place, and saves it as a version when it is valid. */
export function ImportPage() {
  const { agent = null } = route.useParams();
  const navigate = useNavigate();
  const editing = useDocumentImport({
    api: useWorkbench(),
    agent,
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
        noValidate
        className={styles.narrow}
        onSubmit={(event) => {
          event.preventDefault();
          void editing.run("import");
        }}
      >
        <Fields>
          <DocumentField editing={editing} />
          <Fields pairs>
            <TextField
              label="Agent"
              help="Its name in addresses. An existing name gets a new version, a new name creates an agent."
              error={editing.wrong.agent}
              mono
              maxLength={64}
              disabled={agent !== null}
              value={editing.form.name}
              onChange={(name) => editing.change({ name })}
            />
            <TextField
              label="Notes"
              help="What changed, shown in the list of versions. At most 500 characters."
              maxLength={500}
              value={editing.form.notes}
              onChange={(notes) => editing.change({ notes })}
            />
          </Fields>
          <Checkbox
            label="Use this version for new conversations at once"
            value={editing.form.activate}
            onChange={(activate) => editing.change({ activate })}
          />
          <Buttons>
            <Button type="submit" look="primary" busy={editing.busy === "import"}>
              Import
            </Button>
            <Button busy={editing.busy === "check"} onClick={() => void editing.run("check")}>
              Check only
            </Button>
          </Buttons>
        </Fields>
      </form>
    </>
  );
}

function DocumentField({ editing }: { editing: DocumentImport }) {
  const editor = useRef<HTMLTextAreaElement>(null);
  const { form, wrong, outcome, edit, upload } = editing;
  return (
    <>
      <TextArea
        ref={editor as Ref<never>}
        label="Document"
        help="JSON or YAML, with the parts agent and workflow."
        error={wrong.document}
        mono
        rows={16}
        value={form.source}
        onChange={edit}
      />
      <FileButton
        label="Choose a file"
        accept=".json,.yaml,.yml,application/json"
        onFiles={([file]) => file && void upload(file)}
      />
      <ImportOutcome
        outcome={outcome}
        source={form.source}
        onShow={(issue) => revealIssue(editor.current, issue)}
        onPublish={editing.publish}
      />
    </>
  );
}
