import { ChevronDown, ChevronUp, X } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "./icon-button.js";
import styles from "./peek-panel.module.css";

interface PeekProps {
  title: string;
  onClose: () => void;
  onNext?: (() => void) | undefined;
  onPrevious?: (() => void) | undefined;
  actions?: ReactNode;
  children: ReactNode;
}

/** A row's details beside its list. Not modal: the list stays usable, j and k continue in it, Esc closes. */
export function PeekPanel({ title, onClose, onNext, onPrevious, actions, children }: PeekProps) {
  return (
    <aside aria-label={title} className={styles.panel} data-panel="end">
      <header className={styles.head}>
        <h2 className={styles.title}>{title}</h2>
        {actions}
        <IconButton
          label="Previous"
          shortcut="table.previous"
          icon={<ChevronUp />}
          disabled={!onPrevious}
          onClick={onPrevious}
        />
        <IconButton label="Next" shortcut="table.next" icon={<ChevronDown />} disabled={!onNext} onClick={onNext} />
        <IconButton label="Close" shortcut="table.close" icon={<X />} onClick={onClose} />
      </header>
      <div className={styles.body}>{children}</div>
    </aside>
  );
}
