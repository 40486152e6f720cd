type Rgb = readonly [red: number, green: number, blue: number];

/** Page backgrounds of the two colour schemes, as `--page` in tokens.css. */
const PAGES = { light: [251, 250, 248], dark: [22, 23, 21] } as const;

/** Colours derived from a link's brand colour so that text on them and in them stays readable. */
export interface Accent {
  fill: string;
  onFill: string;
  /** For text, icons and rings on the page background. */
  ink: string;
}

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const READABLE = 4.5;

/** The accent of a brand colour (`#rgb` or `#rrggbb`) on a light or dark page; null when it is no valid colour. */
export function accentOf(brand: string | null, scheme: keyof typeof PAGES): Accent | null {
  const colour = parseHex(brand);
  return colour && fitTo(PAGES[scheme], colour);
}

/** The colour with six digits, as a colour picker needs it; null when it is no colour. */
export function sixDigits(value: string): string | null {
  const colour = parseHex(value);
  return colour && toHex(colour);
}

/** Parses `#rgb` or `#rrggbb`; anything else is null. */
function parseHex(value: string | null): Rgb | null {
  const match = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(value?.trim() ?? "");
  if (!match?.[1]) return null;
  const digits = match[1].length === 3 ? match[1].replace(/./g, "$&$&") : match[1];
  const channel = (from: number): number => Number.parseInt(digits.slice(from, from + 2), 16);
  return [channel(0), channel(2), channel(4)];
}

/** WCAG 2 contrast of two colours, 1 to 21. */
function contrast(one: Rgb, other: Rgb): number {
  const lighter = Math.max(luminance(one), luminance(other));
  const darker = Math.min(luminance(one), luminance(other));
  return (lighter + 0.05) / (darker + 0.05);
}

/** Fits a brand colour to a page background: the hue stays, the lightness moves until everything reads at 4.5 : 1. */
function fitTo(background: Rgb, brand: Rgb): Accent {
  const away = luminance(background) > 0.5 ? BLACK : WHITE;
  // Every background tint of the page is close to `background`; a small margin covers them.
  const ink = towards(brand, away, (colour) => contrast(colour, background) >= READABLE + 0.7);
  // A brand colour that is hardly visible on a dark page is replaced by its readable form, so that buttons keep their edges.
  const base = contrast(brand, background) >= 2 || away === BLACK ? brand : ink;
  const onFill = contrast(base, WHITE) >= READABLE ? WHITE : contrast(base, BLACK) >= READABLE ? BLACK : WHITE;
  const fill = towards(base, onFill === WHITE ? BLACK : WHITE, (colour) => contrast(colour, onFill) >= READABLE);
  return { fill: toHex(fill), onFill: toHex(onFill), ink: toHex(ink) };
}

function towards(colour: Rgb, target: Rgb, enough: (colour: Rgb) => boolean): Rgb {
  for (let step = 0; step < 20; step += 1) {
    const mixed = mix(colour, target, step / 20);
    if (enough(mixed)) return mixed;
  }
  return target;
}

function mix(one: Rgb, other: Rgb, share: number): Rgb {
  const channel = (index: 0 | 1 | 2): number => Math.round(one[index] + (other[index] - one[index]) * share);
  return [channel(0), channel(1), channel(2)];
}

function luminance(colour: Rgb): number {
  const channel = (value: number): number => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(colour[0]) + 0.7152 * channel(colour[1]) + 0.0722 * channel(colour[2]);
}

function toHex(colour: Rgb): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
