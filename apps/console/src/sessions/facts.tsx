import type { ReactNode } from "react";
import styles from "./facts.module.css";

/** A list of facts in a column beside the content. */
export function Facts({ label, title, children }: { label: string; title?: string; children: ReactNode }) {
  return (
    <section className={styles.facts} aria-label={label}>
      {title && <h2 className={styles.title}>{title}</h2>}
      <dl>{children}</dl>
    </section>
  );
}

export function Fact({ label, note, children }: { label: ReactNode; note?: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{label}</dt>
      <dd dir="auto">
        {children}
        {note && <span className={styles.note}>{note}</span>}
      </dd>
    </div>
  );
}

/** Values by name, as they were collected or passed in. */
export function ValueFacts({ values }: { values: Readonly<Record<string, unknown>> }) {
  return Object.entries(values).map(([name, value]) => (
    <Fact key={name} label={<span className="mono">{name}</span>}>
      {value === null ? "–" : typeof value === "string" ? value : <code>{JSON.stringify(value)}</code>}
    </Fact>
  ));
}
