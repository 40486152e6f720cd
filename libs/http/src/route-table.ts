/** Which methods an address takes: tells 405 from 404, because the router knows only "no such route". */
export class RouteTable {
  readonly #routes: { segments: string[]; method: string }[] = [];

  /** `pattern` in router form: `/a/:id/b`, `*` at the end for the rest. */
  add(method: string | string[], pattern: string): void {
    const segments = split(pattern);
    for (const one of [method].flat()) this.#routes.push({ segments, method: one });
  }

  /** Methods that some route takes at this path; empty = the path does not exist. */
  methodsAt(url: string): string[] {
    const path = split(url.split("?", 1)[0] ?? "");
    return [...new Set(this.#routes.filter(({ segments }) => matches(segments, path)).map(({ method }) => method))];
  }
}

const split = (path: string): string[] => path.split("/").slice(1);

function matches(pattern: string[], path: string[]): boolean {
  if (pattern.at(-1) === "*") {
    if (path.length < pattern.length) return false;
    return pattern.slice(0, -1).every((segment, index) => fits(segment, path[index]));
  }
  return pattern.length === path.length && pattern.every((segment, index) => fits(segment, path[index]));
}

const fits = (pattern: string, segment: string | undefined): boolean =>
  segment !== undefined && (pattern.startsWith(":") ? segment.length > 0 : pattern === segment);
