import { createLink } from "@tanstack/react-router";
import { type ComponentProps, type ReactNode, useEffect, useRef } from "react";
import styles from "./tabs.module.css";

/** Sibling pages of one thing. They are links: each has an address, opens in a new tab, and Back works. */
export function Tabs({ label, children }: { label: string; children: ReactNode }) {
  const strip = useRef<HTMLElement>(null);
  // If not all of them fit, the current one scrolls into view.
  useEffect(() => {
    const current = strip.current?.querySelector<HTMLElement>("[aria-current]");
    if (strip.current && current) strip.current.scrollLeft = current.offsetLeft - strip.current.offsetLeft - 48;
  }, []);
  return (
    <nav ref={strip} aria-label={label} className={styles.tabs}>
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

/** Takes the props of the router's `Link`; the router marks the current one with `aria-current`. */
export const Tab = createLink(TabAnchor);
