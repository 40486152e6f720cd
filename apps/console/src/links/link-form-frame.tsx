import type { FormEvent, ReactNode } from "react";
import styles from "./link-form-frame.module.css";

interface FrameProps {
  onSubmit(event: FormEvent): void;
  preview: ReactNode;
  children: ReactNode;
}

/** A form of a link with the page that it makes beside it; on a narrow screen below it. */
export function LinkFormFrame({ onSubmit, preview, children }: FrameProps) {
  return (
    <div className={styles.frame}>
      <form className="form" noValidate onSubmit={onSubmit}>
        {children}
      </form>
      <div className={styles.beside}>{preview}</div>
    </div>
  );
}
