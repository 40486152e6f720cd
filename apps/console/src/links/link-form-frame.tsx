import type { FormEvent, ReactNode } from "react";
import type { Problem } from "../api/problem.js";
import { Buttons, Fields } from "../ui/block.js";
import { Button, LinkButton } from "../ui/button.js";
import type { Target } from "../ui/link.js";
import { ProblemCard } from "../ui/problem-card.js";
import styles from "./link-form-frame.module.css";

interface FrameProps {
  onSubmit(event: FormEvent): void;
  /** Name of the button that sends. */
  submit: string;
  busy: boolean;
  problem: Problem | null;
  /** Where the form is left to. */
  cancel: Target;
  /** More buttons. */
  more?: ReactNode;
  preview: ReactNode;
  children: ReactNode;
}

/** A form of a link with the page that it makes beside it; on a narrow screen below it. */
export function LinkFormFrame({ onSubmit, submit, busy, problem, cancel, more, preview, children }: FrameProps) {
  return (
    <div className={styles.frame}>
      <form noValidate onSubmit={onSubmit}>
        <Fields>
          {children}
          {problem && <ProblemCard problem={problem} />}
          <Buttons>
            <Button type="submit" look="primary" busy={busy}>
              {submit}
            </Button>
            {more}
            <LinkButton {...cancel}>Cancel</LinkButton>
          </Buttons>
        </Fields>
      </form>
      <div className={styles.beside}>{preview}</div>
    </div>
  );
}
