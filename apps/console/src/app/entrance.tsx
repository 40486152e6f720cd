import { type ComponentProps, type ReactNode, type Ref, useId } from "react";
import { cx } from "../ui/cx.js";
import field from "../ui/field.module.css";
import styles from "./entrance.module.css";

/** The frame of everything before the console: its name and what to do. */
export function Entrance({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={styles.entrance}>
      <div className={styles.brand}>
        <span className={styles.mark} aria-hidden="true" />
        Parley
      </div>
      <h1>{title}</h1>
      {children}
    </main>
  );
}

interface EntryProps extends Omit<ComponentProps<"input">, "onChange" | "value" | "ref"> {
  label: string;
  help: string;
  error: string | undefined;
  value: string;
  onChange(value: string): void;
  ref?: Ref<HTMLInputElement>;
  mono?: boolean;
}

/** A field in the style of the kit, without loading the kit for sign-in. */
export function Entry({ label, help, error, mono = false, onChange, ...rest }: EntryProps) {
  const id = useId();
  return (
    <div className={field.field}>
      <label htmlFor={id} className={field.label}>
        {label}
      </label>
      <input
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        {...rest}
        id={id}
        className={cx(field.input, mono && field.mono)}
        aria-describedby={`${id}-help ${id}-error`}
        aria-invalid={error !== undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <p id={`${id}-help`} className={field.help}>
        {help}
      </p>
      <p id={`${id}-error`} className={field.trouble}>
        {error}
      </p>
    </div>
  );
}
