import type { Page } from "playwright-core";
import { type Backend, type HostPage, plain } from "./setup.js";

export const run = (page: Page, script: string): Promise<unknown> => page.evaluate(script);

/** Until the page has nothing to do. */
export const quiet = (page: Page): Promise<unknown> =>
  run(
    page,
    "new Promise((resolve) => requestIdleCallback(() => requestAnimationFrame(() => setTimeout(resolve, 100))))",
  );

/** A page of somebody's site without the widget. */
export const bare = ({ url }: Backend): HostPage => ({
  html: plain()({ url } as Backend).html.replace(/<script.*<\/script>/, ""),
});
