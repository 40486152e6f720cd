import styles from "./field.module.css";

/** What went wrong, beside the button that was pressed; announced at once. The region is always there, as live regions must be. */
export function Trouble({ children }: { children: string | null }) {
  return (
    <p role="alert" className={styles.trouble}>
      {children}
    </p>
  );
}
