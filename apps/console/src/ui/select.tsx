import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronDown } from "lucide-react";
import { cx } from "./cx.js";
import { type ControlProps, Field } from "./field.js";
import styles from "./field.module.css";
import popups from "./popups.module.css";

export interface Option<T extends string = string> {
  value: T;
  label: string;
}

interface SelectProps<T extends string> extends ControlProps<T> {
  options: readonly Option<T>[];
  placeholder?: string;
}

/** One of a few. For more than a dozen use a Combobox, which can be searched. */
export function Select<T extends string>({ options, placeholder, ...props }: SelectProps<T>) {
  const { label, hideLabel, help, error, name, disabled, ref } = props;
  return (
    <Field label={label} hideLabel={hideLabel} help={help} error={error} name={name} disabled={disabled} native={false}>
      <Base.Root
        items={options}
        value={options.some(({ value }) => value === props.value) ? props.value : null}
        onValueChange={(next) => (next === null ? undefined : props.onChange(next))}
        modal={false}
      >
        <Base.Trigger ref={ref} onBlur={props.onBlur} className={cx(styles.input, styles.select)}>
          <Base.Value
            className={styles.value}
            placeholder={options.find(({ value }) => value === "")?.label ?? placeholder ?? "Choose…"}
          />
          <Base.Icon className={styles.arrow}>
            <ChevronDown />
          </Base.Icon>
        </Base.Trigger>
        <Base.Portal>
          <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className={popups.positioner}>
            <Base.Popup className={popups.list} data-keys="off">
              <Base.List>
                {options.map((option) => (
                  <Base.Item key={option.value} value={option.value} className={popups.item}>
                    <span className={popups.mark}>
                      <Base.ItemIndicator>
                        <Check />
                      </Base.ItemIndicator>
                    </span>
                    <Base.ItemText className={popups.grow}>{option.label}</Base.ItemText>
                  </Base.Item>
                ))}
              </Base.List>
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </Field>
  );
}
