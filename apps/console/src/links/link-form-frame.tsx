import type { ReactNode } from "react";
import { LinkButton } from "../ui/button.js";
import { Form } from "../ui/form.js";
import type { Target } from "../ui/link.js";
import { controlOf, type LinkForm, type LinkValues } from "./link-form.js";
import styles from "./link-form-frame.module.css";

interface FrameProps {
  form: LinkForm;
  /** Throws the refusal. */
  onSubmit(values: LinkValues): Promise<unknown>;
  /** Label of the submit button. */
  submit: string;
  /** Target of the cancel button. */
  cancel: Target;
  /** More buttons. */
  more?: ReactNode;
  preview: ReactNode;
  children: ReactNode;
}

/** A form of a link with a preview of its page beside it; on a narrow screen below it. */
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
