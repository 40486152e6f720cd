import { Tooltip } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";
import { Keys } from "../keys/keys.js";
import { useShortcutKeys } from "../keys/registry.js";
import styles from "./popups.module.css";

const DELAY_MS = 500;

interface TipProps {
  label: string;
  /** Id of a registered shortcut; its keys are shown beside the label. */
  shortcut?: string | undefined;
  /** The control it belongs to. Its name must not depend on the tooltip: screen readers use `aria-label`. */
  children: ReactElement<Record<string, unknown>>;
}

/** Names a control on hover and on keyboard focus. */
export function Tip({ label, shortcut, children }: TipProps) {
  const keys = useShortcutKeys(shortcut);
  return (
    <Tooltip.Root>
      <Tooltip.Trigger delay={DELAY_MS} render={children} />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className={styles.positioner}>
          <Tooltip.Popup className={styles.tip}>
            {label}
            {keys === null ? null : <Keys keys={keys} />}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
