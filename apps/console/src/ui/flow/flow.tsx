import { lazy, Suspense } from "react";
import { Skeleton } from "../skeleton.js";
import styles from "./flow.module.css";
import type { FlowProps } from "./flow-types.js";

const Canvas = lazy(async () => ({ default: (await import("./flow-canvas.js")).FlowCanvas }));

/** Boxes and the transitions between them. Boxes are focused with Tab and selected with Enter; the layout is computed. */
export function Flow(props: FlowProps) {
  return (
    <section className={styles.frame} aria-label={props.label} data-keys="off">
      <Suspense fallback={<Skeleton lines={8} label="Loading the flow" />}>
        <Canvas {...props} />
      </Suspense>
    </section>
  );
}
