import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { pageTitle } from "../app/page-title.js";

interface PageHeaderProps {
  title: string;
  /** Where this page belongs, for the way back. */
  parent?: { href: string; label: string };
  children?: ComponentChildren;
  lead?: ComponentChildren;
}

/** Head of every page. The heading takes the focus once, so that a keyboard and a screen reader start with the page. */
export function PageHeader({ title, parent, lead, children }: PageHeaderProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    pageTitle.value = title;
  }, [title]);
  return (
    <header class="page-header">
      <div class="page-title">
        {parent && (
          <a class="back" href={parent.href}>
            <span aria-hidden="true">‹ </span>
            {parent.label}
          </a>
        )}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead && <p class="lead">{lead}</p>}
      </div>
      {children && <div class="actions">{children}</div>}
    </header>
  );
}
