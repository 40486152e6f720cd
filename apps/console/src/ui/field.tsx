import { Field as Base } from "@base-ui/react/field";
import type { ReactNode, Ref } from "react";
import { cx } from "./cx.js";
import styles from "./field.module.css";

/** Common props of all controls of the kit; `FormField` fills in all but the label and the help. */
export interface ControlProps<T> {
  label: string;
  /** For rows of filters: the label is only read out. */
  hideLabel?: boolean;
  help?: ReactNode;
  error?: string | null | undefined;
  value: T;
  onChange: (value: T) => void;
  onBlur?: (() => void) | undefined;
  name?: string | undefined;
  disabled?: boolean | undefined;
  required?: boolean | undefined;
  /** The element that gets the focus when the form refuses its value. */
  ref?: Ref<never> | undefined;
}

type FieldProps = Pick<ControlProps<unknown>, "label" | "hideLabel" | "help" | "error" | "name" | "disabled"> & {
  /** False where the control is no native input: its label then names it without being a <label>. */
  native?: boolean;
  children: ReactNode;
};

/** The frame of every control: its invalid or disabled state, help, and error. */
export function FieldFrame({
  className = styles.field,
  help,
  error,
  name,
  disabled,
  children,
}: Pick<FieldProps, "help" | "error" | "name" | "disabled" | "children"> & { className?: string | undefined }) {
  return (
    <Base.Root
      className={className}
      invalid={Boolean(error)}
      disabled={disabled ?? false}
      {...(name === undefined ? {} : { name })}
    >
      {children}
      {help === undefined ? null : <Base.Description className={styles.help}>{help}</Base.Description>}
      <Base.Error className={styles.error} match={Boolean(error)}>
        {error}
      </Base.Error>
    </Base.Root>
  );
}

/** Label above, control, help, and error; all linked to the control for screen readers. */
export function Field({ label, hideLabel, native = true, children, ...frame }: FieldProps) {
  return (
    <FieldFrame {...frame}>
      <Base.Label
        className={cx(styles.label, hideLabel && "visually-hidden")}
        {...(native ? {} : { nativeLabel: false, render: <div /> })}
      >
        {label}
      </Base.Label>
      {children}
    </FieldFrame>
  );
}
