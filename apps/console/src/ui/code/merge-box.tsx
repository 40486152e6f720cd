import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { MergeView as SideBySide, unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import styles from "./code.module.css";
import type { MergeViewProps } from "./code-types.js";
import { lookOf, shadowOf } from "./look.js";

/** Below this many pixels there is no room for two texts side by side. */
const BESIDE_PX = 720;
const AROUND = { margin: 3, minSize: 6 };

export function MergeBox({ language, before, after, beforeLabel, afterLabel, onChange }: MergeViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const change = useRef(onChange);
  useEffect(() => {
    change.current = onChange;
  });
  // Text typed here returns as the next `after`, which is already shown: only a text from outside recreates the comparison.
  const written = useRef<string | null>(null);
  const begun = useRef(after);
  if (after !== written.current) begun.current = after;
  const text = begun.current;
  const fixed = onChange === undefined;
  useEffect(() => {
    if (host.current === null) return;
    const root = shadowOf(host.current);
    const extensions = (label: string, readOnly: boolean): Extension[] => [
      lookOf(language),
      lineNumbers(),
      readOnly ? EditorState.readOnly.of(true) : [history(), keymap.of([...defaultKeymap, ...historyKeymap])],
      EditorView.contentAttributes.of({ "aria-label": label }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged || readOnly) return;
        written.current = update.state.doc.toString();
        change.current?.(written.current);
      }),
    ];
    const made =
      host.current.clientWidth < BESIDE_PX
        ? new EditorView({
            ...{ root, parent: root, doc: text },
            extensions: [
              extensions(`${afterLabel}, compared with ${beforeLabel}`, fixed),
              unifiedMergeView({ original: before, mergeControls: !fixed, collapseUnchanged: AROUND }),
            ],
          })
        : new SideBySide({
            ...{ root, parent: root, collapseUnchanged: AROUND },
            a: { doc: before, extensions: extensions(beforeLabel, true) },
            b: { doc: text, extensions: extensions(afterLabel, fixed) },
            ...(fixed ? {} : { revertControls: "a-to-b" as const }),
          });
    return () => made.destroy();
  }, [language, before, text, beforeLabel, afterLabel, fixed]);
  return (
    <>
      <div className={styles.labels}>
        <span>{beforeLabel}</span>
        <span>{afterLabel}</span>
      </div>
      <div ref={host} />
    </>
  );
}
