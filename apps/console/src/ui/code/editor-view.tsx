import { autocompletion, type CompletionSource, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Annotation, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { useEffect, useImperativeHandle, useRef } from "react";
import type { CodeEditorProps, Finding } from "./code-types.js";
import { lookOf, shadowOf } from "./look.js";

/** Marks a change from outside, so that it is not reported as typing. */
const fromOutside = Annotation.define<boolean>();

export function EditorBox({ label, language, value, onChange, findings, completions, ref }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const change = useRef(onChange);
  useEffect(() => {
    change.current = onChange;
  });
  const readOnly = onChange === undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the next effect follows the text, the editor is kept.
  useEffect(() => {
    if (host.current === null) return;
    const root = shadowOf(host.current);
    const editor = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: value,
        extensions: [
          editing(readOnly, completions),
          lookOf(language),
          EditorView.contentAttributes.of({ "aria-label": label }),
          EditorView.updateListener.of((update) => {
            const outside = update.transactions.some((transaction) => transaction.annotation(fromOutside));
            if (update.docChanged && !outside) change.current?.(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      editor.destroy();
      view.current = null;
    };
  }, [language, label, readOnly, completions]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: value },
      annotations: fromOutside.of(true),
    });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (editor !== null)
      editor.dispatch(setDiagnostics(editor.state, marksOf(findings ?? [], editor.state.doc.length)));
  }, [findings]);

  useImperativeHandle(ref, () => ({
    reveal: (place) => {
      const editor = view.current;
      if (editor === null) return;
      const anchor = Math.min(place, editor.state.doc.length);
      editor.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      editor.focus();
    },
  }));
  return <div ref={host} />;
}

function editing(readOnly: boolean, completions: CompletionSource | undefined): Extension[] {
  const keys = [...defaultKeymap, ...historyKeymap, ...searchKeymap, ...foldKeymap, ...lintKeymap, ...completionKeymap];
  return [
    lineNumbers(),
    foldGutter(),
    drawSelection(),
    bracketMatching(),
    highlightSelectionMatches(),
    lintGutter(),
    ...(readOnly
      ? [EditorState.readOnly.of(true), keymap.of(keys)]
      : [
          history(),
          indentOnInput(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          autocompletion(completions === undefined ? {} : { override: [completions] }),
          keymap.of([...keys, indentWithTab]),
        ]),
  ];
}

/** A finding beyond the end of a text that was shortened meanwhile moves to its end. */
function marksOf(findings: readonly Finding[], length: number): Finding[] {
  return findings.map((finding) => ({
    ...finding,
    from: Math.min(finding.from, length),
    to: Math.min(Math.max(finding.from, finding.to), length),
  }));
}
