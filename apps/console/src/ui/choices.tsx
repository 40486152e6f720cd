import { Checkbox as BaseCheckbox } from "@base-ui/react/checkbox";
import { CheckboxGroup as BaseCheckboxGroup } from "@base-ui/react/checkbox-group";
import { Field } from "@base-ui/react/field";
import { Fieldset } from "@base-ui/react/fieldset";
import { Radio } from "@base-ui/react/radio";
import { RadioGroup as BaseRadioGroup } from "@base-ui/react/radio-group";
import { Switch as BaseSwitch } from "@base-ui/react/switch";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import own from "./choices.module.css";
import type { ControlProps } from "./field.js";
import styles from "./field.module.css";

type ChoiceProps = Omit<ControlProps<boolean>, "hideLabel">;

/** Takes effect at once. In a form that is saved later, take a Checkbox. */
export function Switch(props: ChoiceProps) {
  return (
    <Choice {...props}>
      <BaseSwitch.Root
        ref={props.ref}
        checked={props.value}
        onCheckedChange={(next) => props.onChange(next)}
        onBlur={props.onBlur}
        className={own.switch}
      >
        <BaseSwitch.Thumb className={own.thumb} />
      </BaseSwitch.Root>
    </Choice>
  );
}

export function Checkbox(props: ChoiceProps) {
  return (
    <Choice {...props}>
      <BaseCheckbox.Root
        ref={props.ref}
        checked={props.value}
        onCheckedChange={(next) => props.onChange(next)}
        onBlur={props.onBlur}
        className={own.box}
      >
        <BaseCheckbox.Indicator>
          <Check />
        </BaseCheckbox.Indicator>
      </BaseCheckbox.Root>
    </Choice>
  );
}

function Choice({ label, help, error, name, disabled, children }: ChoiceProps & { children: ReactNode }) {
  return (
    <Field.Root
      className={own.choice}
      invalid={Boolean(error)}
      disabled={disabled ?? false}
      {...(name === undefined ? {} : { name })}
    >
      {children}
      <Field.Label>{label}</Field.Label>
      {help === undefined ? null : <Field.Description className={styles.help}>{help}</Field.Description>}
      <Field.Error className={styles.error} match={Boolean(error)}>
        {error}
      </Field.Error>
    </Field.Root>
  );
}

interface RadioProps<T extends string> extends Omit<ControlProps<T>, "hideLabel"> {
  options: readonly { value: T; label: string; help?: ReactNode }[];
}

/** One of a few that need a word of explanation each. */
export function RadioGroup<T extends string>({ label, help, error, options, name, disabled, ...props }: RadioProps<T>) {
  return (
    <Field.Root
      className={styles.field}
      invalid={Boolean(error)}
      disabled={disabled ?? false}
      {...(name === undefined ? {} : { name })}
    >
      <Fieldset.Root
        className={own.choices}
        render={
          <BaseRadioGroup value={props.value} onValueChange={(next: T) => props.onChange(next)} onBlur={props.onBlur} />
        }
      >
        <Fieldset.Legend className={styles.label}>{label}</Fieldset.Legend>
        {options.map((option) => (
          <Option key={option.value} option={option}>
            <Radio.Root value={option.value} className={own.radio} />
          </Option>
        ))}
      </Fieldset.Root>
      {help === undefined ? null : <Field.Description className={styles.help}>{help}</Field.Description>}
      <Field.Error className={styles.error} match={Boolean(error)}>
        {error}
      </Field.Error>
    </Field.Root>
  );
}

/** One of a few: its control, and what it says. */
function Option({ option, children }: { option: { label: ReactNode; help?: ReactNode }; children: ReactNode }) {
  return (
    <Field.Item className={own.choice}>
      {children}
      <Field.Label>{option.label}</Field.Label>
      {option.help === undefined ? null : <Field.Description className={styles.help}>{option.help}</Field.Description>}
    </Field.Item>
  );
}

interface CheckboxesProps extends Omit<ControlProps<string[]>, "hideLabel"> {
  options: readonly { value: string; label: ReactNode; help?: ReactNode }[];
}

/** Any of a few, in the order in which they are listed. */
export function CheckboxGroup({
  label,
  help,
  error,
  options,
  name,
  disabled,
  value,
  onChange,
  onBlur,
}: CheckboxesProps) {
  return (
    <Field.Root
      className={styles.field}
      invalid={Boolean(error)}
      disabled={disabled ?? false}
      {...(name === undefined ? {} : { name })}
    >
      <Fieldset.Root
        className={own.choices}
        render={
          <BaseCheckboxGroup
            value={value}
            onValueChange={(next) =>
              onChange(options.map((option) => option.value).filter((one) => next.includes(one)))
            }
          />
        }
      >
        <Fieldset.Legend className={styles.label}>{label}</Fieldset.Legend>
        {options.map((option) => (
          <Option key={option.value} option={option}>
            <BaseCheckbox.Root value={option.value} className={own.box} onBlur={onBlur}>
              <BaseCheckbox.Indicator>
                <Check />
              </BaseCheckbox.Indicator>
            </BaseCheckbox.Root>
          </Option>
        ))}
      </Fieldset.Root>
      {help === undefined ? null : <Field.Description className={styles.help}>{help}</Field.Description>}
      <Field.Error className={styles.error} match={Boolean(error)}>
        {error}
      </Field.Error>
    </Field.Root>
  );
}
