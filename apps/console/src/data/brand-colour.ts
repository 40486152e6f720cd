/** What the chat page makes of a brand colour on its light background: the hue stays, texts stay readable. */
export interface BrandColours {
  fill: string;
  onFill: string;
  ink: string;
}

type Rgb = [red: number, green: number, blue: number];
const PAGE: Rgb = [251, 250, 248];
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** WCAG 2.2, level AA, for text. */
const READABLE = 4.5;
const STEPS = 20;

/** `#rgb` or `#rrggbb`; anything else is null, as on the chat page, which then keeps its own colours. */
export function brandColours(hex: string): BrandColours | null {
  const brand = parse(hex);
  if (brand === null) return null;
  const onFill = ratio(brand, WHITE) >= READABLE || ratio(brand, BLACK) < READABLE ? WHITE : BLACK;
  return {
    fill: css(darkenedUntil(brand, onFill === WHITE ? BLACK : WHITE, (it) => ratio(it, onFill) >= READABLE)),
    onFill: css(onFill),
    // A little more than needed covers the tints of the page.
    ink: css(darkenedUntil(brand, BLACK, (it) => ratio(it, PAGE) >= READABLE + 0.7)),
  };
}

/** Six digits, as a colour picker wants them; null when it is no colour. */
export function sixDigits(hex: string): string | null {
  const rgb = parse(hex);
  return rgb === null ? null : `#${rgb.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

function parse(hex: string): Rgb | null {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(hex.trim())?.[1];
  if (digits === undefined) return null;
  const wide = digits.length === 3 ? digits.replace(/./g, "$&$&") : digits;
  const number = Number.parseInt(wide, 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

function darkenedUntil(from: Rgb, to: Rgb, enough: (colour: Rgb) => boolean): Rgb {
  for (let step = 0; step < STEPS; step += 1) {
    const at = (index: 0 | 1 | 2): number => Math.round(from[index] + ((to[index] - from[index]) * step) / STEPS);
    const colour: Rgb = [at(0), at(1), at(2)];
    if (enough(colour)) return colour;
  }
  return to;
}

function ratio(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const css = ([red, green, blue]: Rgb): string => `rgb(${red} ${green} ${blue})`;
