import { Field as Base } from "@base-ui/react/field";
import { cx } from "./cx.js";
import { type ControlProps, Field } from "./field.js";
import styles from "./field.module.css";

interface TextProps extends ControlProps<string> {
  type?: "text" | "email" | "url" | "password" | "search" | "tel" | "datetime-local";
  /** The on-screen keyboard, where the type does not imply it. */
  inputMode?: "numeric" | "decimal";
  placeholder?: string;
  autoComplete?: string;
  maxLength?: number;
  /** Ids, keys, code. */
  mono?: boolean;
}

export function TextField({ type = "text", mono, ...props }: TextProps) {
  const { label, hideLabel, help, error, onChange, ref, value, placeholder, autoComplete, maxLength, inputMode } =
    props;
  return (
    <Field label={label} hideLabel={hideLabel} help={help} error={error} name={props.name} disabled={props.disabled}>
      <Base.Control
        ref={ref}
        type={type}
        value={value}
        onValueChange={onChange}
        onBlur={props.onBlur}
        required={props.required}
        placeholder={placeholder}
        autoComplete={autoComplete ?? "off"}
        inputMode={inputMode}
        maxLength={maxLength}
        className={cx(styles.input, mono && styles.mono)}
      />
    </Field>
  );
}

interface AreaProps extends ControlProps<string> {
  /** Lines of the empty field; it grows with its text. */
  rows?: number;
  placeholder?: string;
  maxLength?: number;
  mono?: boolean;
}

export function TextArea({ rows = 3, mono, ...props }: AreaProps) {
  const { label, hideLabel, help, error, onChange, ref, value, placeholder, maxLength } = props;
  return (
    <Field label={label} hideLabel={hideLabel} help={help} error={error} name={props.name} disabled={props.disabled}>
      <Base.Control
        value={value}
        onBlur={props.onBlur}
        required={props.required}
        placeholder={placeholder}
        render={
          <textarea
            ref={ref}
            rows={rows}
            maxLength={maxLength}
            style={{ "--rows": rows }}
            onChange={(event) => onChange(event.target.value)}
          />
        }
        className={cx(styles.input, styles.area, mono && styles.mono)}
      />
    </Field>
  );
}
