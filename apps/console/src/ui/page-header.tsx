import { type ReactNode, useEffect, useRef } from "react";
import { usePageTitle } from "../app/page-title.js";
import { Link, type Target } from "./link.js";
import styles from "./page-header.module.css";

interface PageHeaderProps {
  title: string;
  /** The parent page, for the back link. */
  parent?: Target & { label: string };
  children?: ReactNode;
  lead?: ReactNode;
}

/** Head of every page. The heading takes the focus once, so that keyboard and screen reader start there. */
export function PageHeader({ title, parent, lead, children }: PageHeaderProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  usePageTitle(title);
  return (
    <header className={styles.header}>
      {parent && (
        <Link className={styles.back} to={parent.to} params={parent.params} search={parent.search}>
          <span aria-hidden="true">‹ </span>
          {parent.label}
        </Link>
      )}
      <div className={styles.row}>
        <div className={styles.title}>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead && <p className={styles.lead}>{lead}</p>}
        </div>
        {children && <div className={styles.actions}>{children}</div>}
      </div>
    </header>
  );
}
