import { type ReactNode, useEffect, useRef } from "react";
import { CopyField } from "./copy-field.js";
import styles from "./secret-once.module.css";

interface SecretOnceProps {
  title: string;
  label: string;
  secret: string;
  /** Related values, such as the id of a key. */
  beside?: { label: string; value: string };
  children: ReactNode;
  /** What to do once it is stored. */
  done: ReactNode;
}

/** A secret that is shown only once; the heading takes the focus so that nobody overlooks it. */
export function SecretOnce({ title, label, secret, beside, children, done }: SecretOnceProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className={styles.secret}>
      <h2 ref={heading} tabIndex={-1}>
        {title}
      </h2>
      <div className={styles.text}>{children}</div>
      {beside && <CopyField {...beside} />}
      <CopyField label={label} value={secret} />
      <div className={styles.done}>{done}</div>
    </section>
  );
}
