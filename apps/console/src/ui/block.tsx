import { Children, type ComponentProps, type ReactNode, useId, useState } from "react";
import styles from "./block.module.css";
import { cx } from "./cx.js";

interface BlockProps {
  title: string;
  /** One or two sentences under the heading. */
  lead?: ReactNode;
  /** Beside the heading. */
  actions?: ReactNode;
  children?: ReactNode;
}

/** A section of a page with a heading of its own. */
export function Block({ title, lead, actions, children }: BlockProps) {
  const id = useId();
  return (
    <section className={styles.block} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 id={id}>{title}</h2>
        {actions === undefined ? null : <div className={styles.actions}>{actions}</div>}
      </div>
      {lead === undefined ? null : <p className={styles.note}>{lead}</p>}
      {children}
    </section>
  );
}

/** Small grey text: a side note. */
export function Note({ className, ...rest }: ComponentProps<"p">) {
  return <p {...rest} className={cx(styles.note, className)} />;
}

/** Text that must be read before continuing. */
export function Notice({ className, ...rest }: ComponentProps<"div">) {
  return <div {...rest} className={cx(styles.notice, className)} />;
}

/** Buttons in a row. */
export function Buttons({ children }: { children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}

/** Controls stacked, or in pairs where there is room. */
export function Fields({ pairs = false, children }: { pairs?: boolean; children: ReactNode }) {
  return <div className={pairs ? styles.pairs : styles.stack}>{children}</div>;
}

interface GroupProps {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}

/** Fields of a form that answer one question. */
export function FieldGroup({ title, lead, children }: GroupProps) {
  return (
    <fieldset className={styles.group}>
      <legend>{title}</legend>
      {lead === undefined ? null : <p className={styles.note}>{lead}</p>}
      {children}
    </fieldset>
  );
}

/** Seldom needed content, collapsed. `beside`: after its title, a summary of what is hidden. */
export function Fold({
  title,
  beside,
  startsOpen = false,
  children,
}: {
  title: string;
  beside?: ReactNode;
  startsOpen?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  // Only the initial state: afterwards the reader opens and closes it.
  const [open] = useState(startsOpen);
  return (
    <details className={styles.fold} open={open} aria-labelledby={id}>
      <summary id={id}>
        {title} {beside}
      </summary>
      <div className={styles.stack}>{children}</div>
    </details>
  );
}

/** Facts about one thing, by name. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={styles.facts}>{children}</dl>;
}

export function Fact({ name, note, children }: { name: string; note?: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children}
        {note ? <span className={styles.note}>{note}</span> : null}
      </dd>
    </div>
  );
}

/** A short list whose rows are read rather than searched; long ones are a DataTable. */
export function Rows({ children, label, ordered }: { children: ReactNode; label?: string; ordered?: boolean }) {
  const List = ordered ? "ol" : "ul";
  return (
    <List className={styles.rows} aria-label={label}>
      {children}
    </List>
  );
}

interface RowProps {
  title?: ReactNode;
  /** Level of the title: h2 where the list is directly below the title of the page. */
  heading?: "h2" | "h3";
  /** State and the like, after the title. */
  beside?: ReactNode;
  /** Small facts; null and false are left out. */
  facts?: readonly ReactNode[];
  actions?: ReactNode;
  children?: ReactNode;
}

export function Row({ title, heading: Heading = "h3", beside, facts = [], actions, children }: RowProps) {
  return (
    <li className={styles.row}>
      <div className={styles.main}>
        {title === undefined && beside === undefined ? null : (
          <div className={styles.line}>
            {title === undefined ? null : <Heading className={styles.title}>{title}</Heading>}
            {beside}
          </div>
        )}
        {children}
        {facts.length === 0 ? null : (
          <p className={styles.small}>
            {Children.map(Children.toArray(facts), (fact) => (fact === "" ? null : <span>{fact}</span>))}
          </p>
        )}
      </div>
      {actions === undefined ? null : <div className={styles.actions}>{actions}</div>}
    </li>
  );
}
