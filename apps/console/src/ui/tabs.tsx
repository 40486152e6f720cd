import { createLink } from "@tanstack/react-router";
import type { ComponentProps, ReactNode } from "react";
import styles from "./tabs.module.css";

/** Pages of one thing beside each other. They are links: each has an address, opens in a new tab, and Back works. */
export function Tabs({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label} className={styles.tabs}>
      {children}
    </nav>
  );
}

function TabAnchor({ count, children, ...rest }: ComponentProps<"a"> & { count?: number }) {
  return (
    <a {...rest} className={styles.tab}>
      {children}
      {count === undefined ? null : <span className={styles.count}>{count}</span>}
    </a>
  );
}

/** Takes what `Link` of the router takes; the router marks the one whose page is shown with `aria-current`. */
export const Tab = createLink(TabAnchor);
