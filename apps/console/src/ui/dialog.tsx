import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx.js";
import styles from "./dialog.module.css";
import { IconButton } from "./icon-button.js";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** One sentence under the title. */
  description?: ReactNode;
  /** Buttons at its end, the one that continues last. */
  actions?: ReactNode;
  wide?: boolean;
  children?: ReactNode;
}

/** Modal. The focus goes in, stays in, and returns to what opened it; Esc closes. */
export function Dialog({ open, onClose, title, description, actions, wide, children }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={cx(styles.dialog, wide && styles.wide)} data-keys="off">
          <Head title={title} />
          <div className={styles.body}>
            {description === undefined ? null : (
              <Base.Description className={styles.description}>{description}</Base.Description>
            )}
            {children}
          </div>
          {actions === undefined ? null : <div className={styles.actions}>{actions}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function Head({ title }: { title: string }) {
  return (
    <div className={styles.head}>
      <Base.Title className={styles.title}>{title}</Base.Title>
      <Base.Close render={<IconButton label="Close" icon={<X />} />} />
    </div>
  );
}

interface DrawerProps {
  open: boolean;
  onClose: () => void;
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}

/** Modal, from the side: for forms that are too long for a dialog. */
export function Drawer({ open, onClose, title, actions, children }: DrawerProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={styles.drawer} data-keys="off" data-panel="end">
          <Head title={title} />
          <div className={styles.body}>{children}</div>
          {actions === undefined ? null : <div className={styles.actions}>{actions}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
