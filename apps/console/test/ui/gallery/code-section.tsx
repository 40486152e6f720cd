import type { CompletionContext } from "@codemirror/autocomplete";
import { useMemo, useState } from "react";
import { CodeEditor, MergeView } from "../../../src/ui/code/code-editor.js";

const BEFORE = "name: clinic\nnodes:\n  - id: greet\n    say: Hello\n  - id: ask\n    say: Which day? # asked once\n";

const completions = ({ pos, matchBefore }: CompletionContext) =>
  matchBefore === undefined ? null : { from: pos, options: [{ label: "workflow" }, { label: "welcome" }] };

export function CodeSection() {
  const [text, setText] = useState(BEFORE);
  const findings = useMemo(() => [{ from: 0, to: 4, severity: "error" as const, message: "The name is taken." }], []);
  return (
    <section>
      <h2>Code</h2>
      <CodeEditor
        {...{ label: "Agent document", language: "yaml", value: text, onChange: setText, findings, completions }}
      />
      <output>{text.length}</output>
      <MergeView
        {...{ language: "yaml", before: BEFORE, after: BEFORE.replace("Hello", "Good morning") }}
        beforeLabel="Live, version 4"
        afterLabel="Your draft"
      />
    </section>
  );
}
