import type { Place } from "./dump.js";

/** Something that is looked for: `kind` names it in the report, which never shows the value. */
export interface Wanted {
  kind: string;
  value: string;
  /** `latin1`: each character of the value is one byte. Default UTF-8. */
  encoding?: "latin1";
}

/** As it is, as hex in both cases, inside base64 and base64url at each of the three alignments, and in an address. */
function spellings({ value, encoding }: Wanted): string[] {
  const sought = Buffer.from(value, encoding ?? "utf8");
  const hex = sought.toString("hex");
  const plain = new Set([sought.toString("latin1"), hex, hex.toUpperCase(), encodeURIComponent(value)]);
  for (const shift of [0, 1, 2]) {
    const bytes = Buffer.concat([Buffer.alloc(shift), sought]);
    // The digits that share bits with what stands before and after are left out.
    const inner = bytes
      .toString("base64")
      .replaceAll("=", "")
      .slice(shift === 0 ? 0 : shift + 1, -1);
    if (inner.length >= 8) plain.add(inner).add(inner.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return [...plain];
}

/** A short number stands in many other numbers: it counts only where it stands by itself. */
const isShort = ({ value }: Wanted): boolean => /^\d{1,8}$/.test(value);

const holds = ({ content }: Place, wanted: Wanted): boolean =>
  isShort(wanted)
    ? new RegExp(`(?<![0-9A-Za-z.:_-])${wanted.value}(?![0-9A-Za-z:_-])`).test(content)
    : spellings(wanted).some((spelling) => content.includes(spelling));

/** Each finding as `kind in store place`, sorted; a kind is named once per place. */
export function findings(places: readonly Place[], wanted: readonly Wanted[]): string[] {
  const found = places.flatMap((place) =>
    wanted.filter((one) => holds(place, one)).map(({ kind }) => `${kind} in ${place.store} ${place.name}`),
  );
  return [...new Set(found)].sort();
}
