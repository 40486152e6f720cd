import { onDemand } from "../on-demand.js";
import { Skeleton } from "../skeleton.js";
import styles from "./code.module.css";
import type { CodeEditorProps, MergeViewProps } from "./code-types.js";

const Editor = onDemand<CodeEditorProps>(
  async () => (await import("./editor-view.js")).EditorBox,
  () => <Skeleton lines={8} label="Loading the editor" />,
);

/** A document with its language. Tab indents; Esc and then Tab leaves the editor. */
export function CodeEditor(props: CodeEditorProps) {
  return (
    <div className={styles.frame}>
      <Editor {...props} />
      {props.onChange === undefined ? null : <p className={styles.hint}>Esc, then Tab leaves the editor.</p>}
    </div>
  );
}

const Merge = onDemand<MergeViewProps>(
  async () => (await import("./merge-box.js")).MergeBox,
  () => <Skeleton lines={8} label="Loading the comparison" />,
);

/** The differences of two texts: side by side, or on narrow screens merged. */
export function MergeView(props: MergeViewProps) {
  return (
    <div className={styles.frame}>
      <Merge {...props} />
    </div>
  );
}
