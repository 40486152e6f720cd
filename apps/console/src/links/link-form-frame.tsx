import type { ReactNode } from "react";
import { LinkButton } from "../ui/button.js";
import { Form } from "../ui/form.js";
import type { Target } from "../ui/link.js";
import { controlOf, type LinkForm, type LinkValues } from "./link-form.js";
import styles from "./link-form-frame.module.css";

interface FrameProps {
  form: LinkForm;
  /** Throws what it is refused with. */
  onSubmit(values: LinkValues): Promise<unknown>;
  /** Name of the button that sends. */
  submit: string;
  /** Where the form is left to. */
  cancel: Target;
  /** More buttons. */
  more?: ReactNode;
  preview: ReactNode;
  children: ReactNode;
}

/** A form of a link with the page that it makes beside it; on a narrow screen below it. */
export function LinkFormFrame({ form, onSubmit, submit, cancel, more, preview, children }: FrameProps) {
  return (
    <div className={styles.frame}>
      <Form
        {...{ form, onSubmit, submit }}
        fieldOf={(path) => controlOf(path, form.getValues()) || null}
        more={
          <>
            {more}
            <LinkButton {...cancel}>Cancel</LinkButton>
          </>
        }
      >
        {children}
      </Form>
      <div className={styles.beside}>{preview}</div>
    </div>
  );
}
