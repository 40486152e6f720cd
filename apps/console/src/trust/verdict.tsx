import { ShieldAlert, ShieldCheck, X } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "../ui/cx.js";
import { IconButton } from "../ui/icon-button.js";
import styles from "./trust.module.css";

interface VerdictProps {
  good: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** The result of a check, in words, until it is closed. */
export function Verdict({ good, title, onClose, children }: VerdictProps) {
  return (
    <div role="status" className={cx(styles.verdict, good ? styles.good : styles.bad)}>
      {good ? <ShieldCheck aria-hidden="true" /> : <ShieldAlert aria-hidden="true" />}
      <div>
        <p className={styles.title}>{title}</p>
        {children}
      </div>
      <IconButton label="Close the result" icon={<X />} onClick={onClose} />
    </div>
  );
}
