import { useId, useRef } from "react";
import { CopyButton } from "./copy-button.js";
import styles from "./copy-field.module.css";
import { cx } from "./cx.js";
import field from "./field.module.css";

/** A text to copy: an address, a snippet, a secret. All of it is selected on focus. */
export function CopyField({
  label,
  value,
  help,
  lines = 1,
}: {
  label: string;
  value: string;
  help?: string;
  lines?: number;
}) {
  const id = useId();
  const input = useRef<HTMLTextAreaElement>(null);
  return (
    <div className={field.field}>
      <label htmlFor={id} className={field.label}>
        {label}
      </label>
      <div className={styles.row}>
        <textarea
          ref={input}
          id={id}
          readOnly
          rows={lines}
          value={value}
          className={cx(field.input, field.mono, styles.text)}
          onFocus={() => input.current?.select()}
        />
        <CopyButton text={value} what={label} label="Copy" />
      </div>
      {help === undefined ? null : <p className={field.help}>{help}</p>}
    </div>
  );
}
