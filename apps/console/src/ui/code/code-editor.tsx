import { lazy, Suspense } from "react";
import { Skeleton } from "../skeleton.js";
import styles from "./code.module.css";
import type { CodeEditorProps, MergeViewProps } from "./code-types.js";

const Editor = lazy(async () => ({ default: (await import("./editor-view.js")).EditorBox }));

/** A document with its language. Tab indents; Esc and then Tab leaves the editor. */
export function CodeEditor(props: CodeEditorProps) {
  return (
    <div className={styles.frame}>
      <Suspense fallback={<Skeleton lines={8} label="Loading the editor" />}>
        <Editor {...props} />
      </Suspense>
      {props.onChange === undefined ? null : <p className={styles.hint}>Esc, then Tab leaves the editor.</p>}
    </div>
  );
}

const Merge = lazy(async () => ({ default: (await import("./merge-box.js")).MergeBox }));

/** The differences of two texts: side by side, or on narrow screens merged. */
export function MergeView(props: MergeViewProps) {
  return (
    <div className={styles.frame}>
      <Suspense fallback={<Skeleton lines={8} label="Loading the comparison" />}>
        <Merge {...props} />
      </Suspense>
    </div>
  );
}
