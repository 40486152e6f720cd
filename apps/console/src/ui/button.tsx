import { createLink } from "@tanstack/react-router";
import type { ComponentProps, ReactNode } from "react";
import styles from "./button.module.css";
import { cx } from "./cx.js";

/** One primary button per view at most; `danger` only where something is removed. */
export type ButtonLook = "primary" | "plain" | "quiet" | "danger";

interface Look {
  look?: ButtonLook;
  small?: boolean;
  icon?: ReactNode;
}

export interface ButtonProps extends ComponentProps<"button">, Look {
  /** An action is in progress: the button keeps its width and place, and a second press does nothing. */
  busy?: boolean;
}

export function Button({ look = "plain", small, icon, busy = false, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      {...(busy ? { "aria-disabled": true, "aria-busy": true, onClick: stop } : {})}
      className={cx(styles.button, styles[look], small && styles.small, busy && styles.busy, className)}
    >
      {icon}
      {children}
    </button>
  );
}

function stop(event: { preventDefault(): void }): void {
  event.preventDefault();
}

/** Looks like a button, links to another site. */
export function AnchorButton({
  look = "plain",
  small,
  icon,
  className,
  children,
  ...rest
}: ComponentProps<"a"> & Look) {
  return (
    <a {...rest} className={cx(styles.button, styles[look], small && styles.small, className)}>
      {icon}
      {children}
    </a>
  );
}

/** Looks like a button, links to a page: takes the props of the router's `Link`. */
export const LinkButton = createLink(AnchorButton);
