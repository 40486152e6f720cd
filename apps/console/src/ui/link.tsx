import { createLink, type LinkProps } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

interface AnchorProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "aria-current"> {
  /** Whether this is the current page; known to the list, not from the address alone. */
  current?: "page" | "true" | undefined;
  "data-status"?: string;
  "aria-current"?: string;
  ref?: Ref<HTMLAnchorElement>;
}

function Anchor({ current, "data-status": _status, "aria-current": _current, ...props }: AnchorProps) {
  return <a {...props} aria-current={current} />;
}

/** A link to a page of the console; the router checks address, parameters and search. */
export const Link = createLink(Anchor);

/** Target of a link of a shared component. */
export type Target = Pick<LinkProps, "to" | "params" | "search">;
