import { Menu as Base } from "@base-ui/react/menu";
import { Check, Ellipsis } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { Keys } from "../keys/keys.js";
import { useShortcutKeys } from "../keys/registry.js";
import { cx } from "./cx.js";
import { IconButton } from "./icon-button.js";
import styles from "./popups.module.css";

interface MenuProps {
  /** What the menu is about: "Actions of Clinic desk". */
  label: string;
  /** The button that opens it; "…" unless given. */
  trigger?: ReactElement<Record<string, unknown>>;
  /** For a menu whose code loads with the first press of its button. */
  defaultOpen?: boolean;
  children: ReactNode;
}

export function Menu({ label, trigger, defaultOpen = false, children }: MenuProps) {
  return (
    <Base.Root defaultOpen={defaultOpen}>
      <Base.Trigger render={trigger ?? <IconButton label={label} icon={<Ellipsis />} />} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" collisionPadding={8} className={styles.positioner}>
          <Base.Popup className={styles.menu} aria-label={label} data-keys="off">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface MenuItemProps {
  onSelect: () => void;
  icon?: ReactNode;
  /** Id of a registered shortcut. */
  shortcut?: string;
  /** Removes something; such items come last. */
  danger?: boolean;
  disabled?: boolean;
  children: ReactNode;
}

export function MenuItem({ onSelect, icon, shortcut, danger, disabled, children }: MenuItemProps) {
  const keys = useShortcutKeys(shortcut);
  return (
    <Base.Item onClick={onSelect} disabled={disabled ?? false} className={cx(styles.item, danger && styles.danger)}>
      <span className={styles.mark}>{icon}</span>
      <span className={styles.grow}>{children}</span>
      {keys === null ? null : <Keys keys={keys} />}
    </Base.Item>
  );
}

/** `link`: a `<Link to=…>` of the router, without children. */
export function MenuLink({
  link,
  icon,
  children,
}: {
  link: ReactElement<Record<string, unknown>>;
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Base.LinkItem render={link} closeOnClick className={styles.item}>
      <span className={styles.mark}>{icon}</span>
      <span className={styles.grow}>{children}</span>
    </Base.LinkItem>
  );
}

/** Stays open when toggled, so that several can be toggled at once. */
export function MenuCheck({
  checked,
  onChange,
  children,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
}) {
  return (
    <Base.CheckboxItem checked={checked} onCheckedChange={(next) => onChange(next)} className={styles.item}>
      <span className={styles.mark}>
        <Base.CheckboxItemIndicator>
          <Check />
        </Base.CheckboxItemIndicator>
      </span>
      <span className={styles.grow}>{children}</span>
    </Base.CheckboxItem>
  );
}

export const MenuLine = () => <Base.Separator className={styles.separator} />;
