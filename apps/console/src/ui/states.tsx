import { RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./button.js";
import type { Refusal } from "./refusal.js";
import styles from "./states.module.css";

/** Nothing is here yet: says what this place is for and what to do first. */
export function EmptyState({
  title,
  children,
  action,
  icon,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  icon?: ReactNode;
}) {
  return (
    <div className={styles.state}>
      {icon === undefined ? null : (
        <span className={styles.icon} aria-hidden="true">
          {icon}
        </span>
      )}
      <h2 className={styles.title}>{title}</h2>
      {children === undefined ? null : <div className={styles.text}>{children}</div>}
      {action}
    </div>
  );
}

/** Something did not load. A report to the server's operator needs the request id. */
export function ErrorState({ refusal, onRetry }: { refusal: Refusal; onRetry?: () => void }) {
  return (
    <div className={styles.state} role="alert">
      <h2 className={styles.title}>Loading failed</h2>
      <p className={styles.text}>{refusal.detail}</p>
      {refusal.requestId === null ? null : <p className={styles.fine}>Request {refusal.requestId}</p>}
      {onRetry === undefined ? null : (
        <Button icon={<RotateCw />} onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** The role of the signed-in user is not sufficient. */
export function NoPermission({ children }: { children?: ReactNode }) {
  return (
    <div className={styles.state}>
      <h2 className={styles.title}>Your role does not include this</h2>
      <p className={styles.text}>{children ?? "Ask an owner of this team to change your role, or to do it for you."}</p>
    </div>
  );
}
