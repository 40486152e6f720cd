import { NumberField as Base } from "@base-ui/react/number-field";
import { Minus, Plus } from "lucide-react";
import { cx } from "./cx.js";
import { type ControlProps, Field } from "./field.js";
import styles from "./field.module.css";

interface NumberProps extends ControlProps<number | null> {
  min?: number;
  max?: number;
  /** After the number: "minutes", "USD". */
  unit?: string;
}

/** A number with its own steps; empty is null. */
export function NumberField({ min, max, unit, ...props }: NumberProps) {
  const { label, hideLabel, help, error, name, disabled, ref } = props;
  return (
    <Field label={label} hideLabel={hideLabel} help={help} error={error} name={name} disabled={disabled}>
      <Base.Root
        value={props.value}
        onValueChange={(next) => props.onChange(next)}
        required={props.required ?? false}
        {...{ min, max }}
      >
        <Base.Group className={styles.group}>
          <Base.Decrement className={styles.step} aria-label={`Less: ${label}`}>
            <Minus />
          </Base.Decrement>
          <Base.Input ref={ref} onBlur={props.onBlur} className={cx(styles.bare, styles.end)} />
          {unit === undefined ? null : <span className={styles.unit}>{unit}</span>}
          <Base.Increment className={styles.step} aria-label={`More: ${label}`}>
            <Plus />
          </Base.Increment>
        </Base.Group>
      </Base.Root>
    </Field>
  );
}
