import { createLink, type LinkProps } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

interface AnchorProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "aria-current"> {
  /** Whether this is the current page; the list knows, the address alone does not. */
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

/** Where a link of a shared component leads. */
export type Target = Pick<LinkProps, "to" | "params" | "search">;
