import { Fieldset } from "@base-ui/react/fieldset";
import { cx } from "./cx.js";
import type { ControlProps } from "./field.js";
import styles from "./field.module.css";

/** Days as `2026-01-31`; null = open on that side. */
export interface Days {
  from: string | null;
  to: string | null;
}

/** Two days, both inclusive. The browser's own date fields know the reader's calendar and keyboard. */
export function DateRange({ label, hideLabel, help, error, value, onChange, onBlur, disabled }: ControlProps<Days>) {
  const day = (side: keyof Days, name: string) => (
    <input
      type="date"
      aria-label={`${label}: ${name}`}
      aria-invalid={error ? true : undefined}
      className={styles.input}
      disabled={disabled}
      value={value[side] ?? ""}
      max={side === "from" ? (value.to ?? undefined) : undefined}
      min={side === "to" ? (value.from ?? undefined) : undefined}
      onBlur={onBlur}
      onChange={(event) => onChange({ ...value, [side]: event.target.value || null })}
    />
  );
  return (
    <Fieldset.Root className={styles.field}>
      <Fieldset.Legend className={cx(styles.label, hideLabel && "visually-hidden")}>{label}</Fieldset.Legend>
      <div className={styles.range}>
        {day("from", "from")}
        <span aria-hidden="true">–</span>
        {day("to", "to")}
      </div>
      {help === undefined ? null : <p className={styles.help}>{help}</p>}
      {error ? <p className={styles.error}>{error}</p> : null}
    </Fieldset.Root>
  );
}
