import styles from "./field.module.css";

/** An error beside the button that was pressed; announced immediately. The region is always mounted, as live regions must be. */
export function Trouble({ children }: { children: string | null }) {
  return (
    <p role="alert" className={styles.trouble}>
      {children}
    </p>
  );
}
