import type { ReactNode } from "react";
import {
  type FieldPath,
  type FieldValues,
  type Path,
  type PathValue,
  type RegisterOptions,
  type UseFormReturn,
  useController,
} from "react-hook-form";
import { Button } from "./button.js";
import type { ControlProps } from "./field.js";
import styles from "./field.module.css";
import { focusFirst } from "./focus-first.js";
import { refusalOf } from "./refusal.js";
import { Trouble } from "./trouble.js";

interface FormProps<T extends FieldValues> {
  /** From `useForm` of react-hook-form. */
  form: UseFormReturn<T>;
  /** Sends the form; an exception is treated as a refusal. */
  onSubmit: (values: T) => Promise<unknown>;
  /** Label of the submit button: "Create link". */
  submit: string;
  onCancel?: () => void;
  /** More buttons beside the submit button. */
  more?: ReactNode;
  /** Field of the form for a field of the body, where they differ. */
  fieldOf?: (path: string) => Path<T> | null;
  children: ReactNode;
}

/** A form that shows refusals at their fields: findings of a 422 for no field of the form are shown beside the button. */
export function Form<T extends FieldValues>(props: FormProps<T>) {
  const { form, onSubmit, submit, onCancel, more, fieldOf, children } = props;
  const { errors, isSubmitting } = form.formState;
  const send = form.handleSubmit(async (values) => {
    try {
      await onSubmit(values);
    } catch (error) {
      showRefusal(form, error, fieldOf);
    }
  }, focusFirst);
  return (
    <form
      noValidate
      className={styles.form}
      onSubmit={(event) => {
        // A form in a dialog that is opened by a form must not submit that one, too.
        event.stopPropagation();
        void send(event);
      }}
    >
      {children}
      <div className={styles.foot}>
        <Button type="submit" look="primary" busy={isSubmitting}>
          {submit}
        </Button>
        {more}
        {onCancel === undefined ? null : <Button onClick={onCancel}>Cancel</Button>}
        <Trouble>{errors.root?.message ?? null}</Trouble>
      </div>
    </form>
  );
}

function showRefusal<T extends FieldValues>(
  form: UseFormReturn<T>,
  error: unknown,
  fieldOf: FormProps<T>["fieldOf"],
): void {
  const refusal = refusalOf(error);
  const names = form.control._names.mount;
  const rest: string[] = [];
  let first = true;
  for (const { path, message } of refusal.fields) {
    const own = fieldOf?.(path) ?? ([...names].find((name) => path === name || path.startsWith(`${name}.`)) as Path<T>);
    if (own === undefined) {
      rest.push(path === "" ? message : `${path}: ${message}`);
      continue;
    }
    form.setError(own, { type: "server", message });
    first = false;
  }
  if (!first) focusFirst();
  if (rest.length > 0 || first) {
    form.setError("root", { type: "server", message: rest.length > 0 ? rest.join(" ") : refusal.detail });
  }
}

interface FormFieldProps<T extends FieldValues, N extends FieldPath<T>> {
  form: UseFormReturn<T>;
  name: N;
  /** Checks before sending, as in `register` of react-hook-form. */
  rules?: Omit<RegisterOptions<T, N>, "valueAsNumber" | "valueAsDate" | "setValueAs" | "disabled">;
  /** Gets all props of a control except its label and help: `{(bound) => <TextField label="Title" {...bound} />}`. */
  children: (bound: Omit<ControlProps<PathValue<T, N>>, "label" | "help" | "hideLabel">) => ReactNode;
}

/** Binds a control to a field of the form. */
export function FormField<T extends FieldValues, N extends FieldPath<T>>(props: FormFieldProps<T, N>) {
  const { field, fieldState } = useController({ control: props.form.control, name: props.name, rules: props.rules });
  return props.children({
    name: field.name,
    value: field.value,
    onChange: field.onChange,
    onBlur: field.onBlur,
    ref: field.ref,
    required: Boolean(props.rules?.required),
    error: fieldState.error?.message ?? null,
  });
}
