import { accentFor, parseHex } from "../text/accent.js";

const LIGHT_PAGE = [251, 250, 248] as const;
const DARK_PAGE = [22, 23, 21] as const;

/** Puts a link's brand colour into the style sheet's variables; without a valid one the page's own colours stay. */
export function applyAccent(colour: string | null): void {
  const brand = parseHex(colour);
  const style = document.documentElement.style;
  for (const [theme, background] of [
    ["light", LIGHT_PAGE],
    ["dark", DARK_PAGE],
  ] as const) {
    const accent = brand && accentFor(brand, background);
    for (const part of ["fill", "onFill", "ink"] as const) {
      const name = `--brand-${theme}-${part === "onFill" ? "on-fill" : part}`;
      if (accent) style.setProperty(name, accent[part]);
      else style.removeProperty(name);
    }
  }
}
