import type { Finding } from "@parley/workflow-document";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "../app/store.js";
import { CodeEditor } from "../ui/code/code-editor.js";
import type { CodeEditorProps, EditorHandle } from "../ui/code/code-types.js";
import { Status } from "../ui/status.js";
import { agentPage } from "./agent-frame.js";
import type { Draft } from "./draft.js";
import { DraftView } from "./draft-view.js";
import { languageOf } from "./language.js";
import { useGraph, useServerFindings } from "./use-graph.js";
import styles from "./workbench.module.css";

/** The whole document as text, with findings at their lines. */
export const DocumentTab = agentPage(({ agent }) => (
  <DraftView agent={agent}>{(draft) => <DocumentEditor draft={draft} name={agent.name} />}</DraftView>
));

/** Long enough not to parse after every letter. */
const READ_AFTER_MS = 150;

function DocumentEditor({ draft, name }: { draft: Draft; name: string }) {
  const { text } = useStore(draft.store);
  const editor = useRef<EditorHandle>(null);
  const read = useGraph(text, READ_AFTER_MS);
  const added = useServerFindings(read);
  const found = useMemo(() => [...(read?.graph.findings ?? []), ...added], [read, added]);
  const findings = useDeferredValue(found);
  const completions = useCompletions();
  return (
    <>
      <CodeEditor
        ref={editor}
        label={`Document of ${name}`}
        language={languageOf(text)}
        value={text}
        onChange={(next) => draft.edit(next)}
        findings={findings}
        {...(completions === null ? {} : { completions })}
      />
      <Findings findings={findings} checked={read !== null} onShow={({ from }) => editor.current?.reveal(from)} />
    </>
  );
}

type Completions = NonNullable<CodeEditorProps["completions"]>;

/** The schema is many kilobytes: it loads while the user reads the text. */
function useCompletions(): Completions | null {
  const [source, setSource] = useState<Completions | null>(null);
  useEffect(() => {
    let wanted = true;
    void Promise.all([import("@parley/workflow-document"), import("./completions.js")]).then(
      ([{ documentSchema }, { completeFrom }]) => {
        if (wanted) setSource(() => completeFrom(documentSchema()));
      },
    );
    return () => {
      wanted = false;
    };
  }, []);
  return source;
}

interface FindingsProps {
  findings: readonly Finding[];
  checked: boolean;
  onShow(finding: Finding): void;
}

function Findings({ findings, checked, onShow }: FindingsProps) {
  if (!checked) return null;
  if (findings.length === 0) {
    return (
      <p className={styles.facts} role="status">
        <Status tone="good">This document has no findings</Status>
      </p>
    );
  }
  return (
    <ul className={styles.findings} aria-label="Findings">
      {findings.map((finding, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two findings may have the same text and place
        <li key={`${index} ${finding.code}`}>
          <button type="button" className={styles.finding} onClick={() => onShow(finding)}>
            <Status tone={finding.severity === "error" ? "problem" : "warn"}>
              {finding.severity === "error" ? "Error" : "Warning"}
            </Status>
            <span className={styles.muted}>Line {finding.line}</span>
            <span>{finding.message}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
