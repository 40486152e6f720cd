import { signal } from "@preact/signals";
import { parseRoute, pathOf, type Route } from "./route.js";

const here = (): Route => parseRoute(location.pathname, location.search);

/** The page that is shown. */
export const route = signal<Route>(here());

/** Goes to a page; `replace` keeps what is only a change of filters out of the history. */
export function go(to: Exclude<Route, { page: "unknown" }>, options: { replace?: boolean } = {}): void {
  const path = pathOf(to);
  if (options.replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  route.value = here();
  if (!options.replace) scrollTo(0, 0);
}

/** Plain clicks on links inside the console change the page without loading it anew. */
export function followLinks(): void {
  addEventListener("popstate", () => {
    route.value = here();
  });
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link === null || link.target !== "" || link.origin !== location.origin || link.hash !== "") return;
    const to = parseRoute(link.pathname, link.search);
    if (to.page === "unknown") return;
    event.preventDefault();
    go(to);
  });
}
