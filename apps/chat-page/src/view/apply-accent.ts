import { accentOf } from "@parley/web-kit";

/** Sets the style sheet's variables from a link's brand colour; without a valid one the page's own colours stay. */
export function applyAccent(colour: string | null): void {
  const style = document.documentElement.style;
  for (const scheme of ["light", "dark"] as const) {
    const accent = accentOf(colour, scheme);
    for (const part of ["fill", "onFill", "ink"] as const) {
      const name = `--brand-${scheme}-${part === "onFill" ? "on-fill" : part}`;
      if (accent) style.setProperty(name, accent[part]);
      else style.removeProperty(name);
    }
  }
}
