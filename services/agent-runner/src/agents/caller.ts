import type { Principal } from "@parley/contracts";

/** A caller as stored in a column: `<via>:<id>`. */
export const authorOf = ({ via, id }: Principal): string => `${via}:${id}`;

export function callerOf(author: string): Pick<Principal, "via" | "id"> {
  const at = author.indexOf(":");
  return { via: author.slice(0, at) as Principal["via"], id: author.slice(at + 1) };
}
