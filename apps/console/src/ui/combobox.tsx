import { Combobox as Base } from "@base-ui/react/combobox";
import { Check, ChevronDown, X } from "lucide-react";
import { type ControlProps, Field } from "./field.js";
import styles from "./field.module.css";
import popups from "./popups.module.css";
import type { Option } from "./select.js";

interface ComboboxProps extends ControlProps<string | null> {
  options: readonly Option[];
  placeholder?: string;
  /** Whether the choice can be taken back; false where there is always one. */
  clearable?: boolean;
}

/** One of many, found by typing. Arrows move, Enter selects, Esc closes. */
export function Combobox({ options, placeholder, clearable = true, ...props }: ComboboxProps) {
  const { label, hideLabel, help, error, name, disabled, ref, value } = props;
  const current = options.find((option) => option.value === value) ?? null;
  return (
    <Field label={label} hideLabel={hideLabel} help={help} error={error} name={name} disabled={disabled}>
      <Base.Root<Option>
        items={options}
        value={current}
        onValueChange={(next) => props.onChange(next?.value ?? null)}
        isItemEqualToValue={(one, other) => one.value === other.value}
        autoHighlight
      >
        <Base.InputGroup className={styles.group}>
          <Base.Input ref={ref} onBlur={props.onBlur} placeholder={placeholder} className={styles.bare} />
          {clearable && (
            <Base.Clear className={styles.step} aria-label={`Clear ${label}`}>
              <X />
            </Base.Clear>
          )}
          <Base.Trigger className={styles.step} aria-label={`Show ${label}`}>
            <ChevronDown />
          </Base.Trigger>
        </Base.InputGroup>
        <Base.Portal>
          <Base.Positioner sideOffset={4} className={popups.positioner}>
            <Base.Popup className={popups.list} data-keys="off">
              <Base.Empty className={popups.none}>Nothing found.</Base.Empty>
              <Base.List>
                {(option: Option) => (
                  <Base.Item key={option.value} value={option} className={popups.item}>
                    <span className={popups.mark}>
                      <Base.ItemIndicator>
                        <Check />
                      </Base.ItemIndicator>
                    </span>
                    <span className={popups.grow}>{option.label}</span>
                  </Base.Item>
                )}
              </Base.List>
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </Field>
  );
}
