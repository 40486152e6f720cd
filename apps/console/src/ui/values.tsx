import type { ReactNode } from "react";
import styles from "./values.module.css";

const numbers = new Map<string, Intl.NumberFormat>();

function formatOf(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const format = numbers.get(key) ?? new Intl.NumberFormat(undefined, options);
  numbers.set(key, format);
  return format;
}

/** An amount in dollars. Below ten cents it keeps four digits: single turns cost fractions of a cent. */
export function Money({ amount }: { amount: number | null }) {
  if (amount === null) return <span className={styles.number}>–</span>;
  const digits = amount !== 0 && Math.abs(amount) < 0.1 ? 4 : 2;
  const format = formatOf(`dollars${digits}`, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return <span className={styles.number}>{format.format(amount)}</span>;
}

/** A number with tabular digits, so that columns line up. `short` writes 12.4K and keeps the whole number as title. */
export function NumberText({ value, short }: { value: number | null; short?: boolean }) {
  if (value === null) return <span className={styles.number}>–</span>;
  const whole = formatOf("whole", { maximumFractionDigits: 2 }).format(value);
  const text = short ? formatOf("short", { notation: "compact", maximumFractionDigits: 1 }).format(value) : whole;
  return (
    <span className={styles.number} title={text === whole ? undefined : whole}>
      {text}
    </span>
  );
}

/** Ids, hashes, keys, on the baseline of the text around them. `end` shows only the last letters of a long one. */
export function Mono({ children, end }: { children: ReactNode; end?: number }) {
  const cut = end !== undefined && typeof children === "string" && children.length > end;
  return (
    <span className={styles.mono} title={cut ? String(children) : undefined}>
      {cut ? `…${children.slice(-end)}` : children}
    </span>
  );
}
