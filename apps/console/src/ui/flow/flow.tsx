import { onDemand } from "../on-demand.js";
import { Skeleton } from "../skeleton.js";
import styles from "./flow.module.css";
import type { FlowProps } from "./flow-types.js";

const Canvas = onDemand<FlowProps>(
  async () => (await import("./flow-canvas.js")).FlowCanvas,
  () => <Skeleton lines={8} label="Loading the flow" />,
);

/** Boxes and the transitions between them. Boxes are focused with Tab and selected with Enter; the layout is computed. */
export function Flow(props: FlowProps) {
  return (
    <section className={styles.frame} aria-label={props.label} data-keys="off">
      <Canvas {...props} />
    </section>
  );
}
