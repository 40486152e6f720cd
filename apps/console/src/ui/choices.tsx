import { Checkbox as BaseCheckbox } from "@base-ui/react/checkbox";
import { CheckboxGroup as BaseCheckboxGroup } from "@base-ui/react/checkbox-group";
import { Field } from "@base-ui/react/field";
import { Fieldset } from "@base-ui/react/fieldset";
import { Radio } from "@base-ui/react/radio";
import { RadioGroup as BaseRadioGroup } from "@base-ui/react/radio-group";
import { Switch as BaseSwitch } from "@base-ui/react/switch";
import { Check } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import own from "./choices.module.css";
import { type ControlProps, FieldFrame } from "./field.js";
import styles from "./field.module.css";

type ChoiceProps = Omit<ControlProps<boolean>, "hideLabel">;

/** Takes effect immediately. In a form that is saved later, use a Checkbox. */
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
    <FieldFrame className={own.choice} {...{ help, error, name, disabled }}>
      {children}
      <Field.Label>{label}</Field.Label>
    </FieldFrame>
  );
}

interface Option<T> {
  value: T;
  label: ReactNode;
  help?: ReactNode;
}

interface GroupProps<T, V> extends Omit<ControlProps<V>, "hideLabel"> {
  options: readonly Option<T>[];
}

/** One of a few choices, each with an explanation. */
export function RadioGroup<T extends string>(props: GroupProps<T, T>) {
  return (
    <Choices
      {...props}
      group={
        <BaseRadioGroup value={props.value} onValueChange={(next: T) => props.onChange(next)} onBlur={props.onBlur} />
      }
      control={(value) => <Radio.Root value={value} className={own.radio} />}
    />
  );
}

/** Any of a few choices, in the listed order. */
export function CheckboxGroup(props: GroupProps<string, string[]>) {
  const { options, value, onChange, onBlur } = props;
  const inOrder = (chosen: string[]) => options.map((option) => option.value).filter((one) => chosen.includes(one));
  return (
    <Choices
      {...props}
      group={<BaseCheckboxGroup value={value} onValueChange={(next) => onChange(inOrder(next))} />}
      control={(one) => (
        <BaseCheckbox.Root value={one} className={own.box} onBlur={onBlur}>
          <BaseCheckbox.Indicator>
            <Check />
          </BaseCheckbox.Indicator>
        </BaseCheckbox.Root>
      )}
    />
  );
}

type ChoicesProps<T> = Pick<GroupProps<T, unknown>, "label" | "help" | "error" | "name" | "disabled" | "options"> & {
  group: ReactElement;
  control: (value: T) => ReactNode;
};

function Choices<T extends string>({ label, help, error, name, disabled, options, group, control }: ChoicesProps<T>) {
  return (
    <FieldFrame {...{ help, error, name, disabled }}>
      <Fieldset.Root className={own.choices} render={group}>
        <Fieldset.Legend className={styles.label}>{label}</Fieldset.Legend>
        {options.map((option) => (
          <Field.Item key={option.value} className={own.choice}>
            {control(option.value)}
            <Field.Label>{option.label}</Field.Label>
            {option.help === undefined ? null : (
              <Field.Description className={styles.help}>{option.help}</Field.Description>
            )}
          </Field.Item>
        ))}
      </Fieldset.Root>
    </FieldFrame>
  );
}
