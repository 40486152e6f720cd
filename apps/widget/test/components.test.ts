import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "vite";
import { describe, expect, it } from "vitest";
import { heardBy, say } from "./panel-page.js";
import { LINK, OPEN_SHADOW, panelOf, useHosts } from "./setup.js";

const hosts = useHosts();
const ROOT = join(import.meta.dirname, "../../..");
const page = createRequire(join(ROOT, "apps/chat-page/package.json"));
const VUE_FOLDER = dirname(createRequire(import.meta.url).resolve("vue/package.json"));
/** The default export of a sample becomes a name of the page around it. */
const DEFAULT = /export default (function|(?=defineComponent))/;
const ENVELOPE = { id: "m1", sender_type: "agent", timestamp: "2026-11-22T10:30:00Z", conversation_id: "text_1" };

/** Mounts the component twenty times over, as a router does, and leaves it there once. */
const REACT = `
import { createRoot } from "react-dom/client";
const root = createRoot(document.querySelector("#app"));
const props = { link: "${LINK}", onMessage: (message) => (window.told = message), onReady: () => (window.mounted = (window.mounted ?? 0) + 1) };
window.show = (shown, more) => root.render(<div>{shown && <ChatWidget {...props} {...more} />}</div>);
show(true);`;
const VUE = `
import { createApp } from "vue";
let app;
window.show = (shown, more) => {
  app?.unmount();
  app = createApp({ render: () => shown ? h(ChatWidget, { link: "${LINK}", ...more, onMessage: (message) => (window.told = message),
    onReady: () => (window.mounted = (window.mounted ?? 0) + 1) }) : null });
  app.mount("#app");
};
show(true);`;

/** A sample of the repository with a page around it, as one script; preact stands in for React. The server is the test's own. */
async function bundle(sample: string, around: string, server: string): Promise<string> {
  const source = readFileSync(join(ROOT, "examples", sample), "utf8").replace("http://localhost:8080", server);
  const folder = mkdtempSync(join(tmpdir(), "parley-sample-"));
  try {
    writeFileSync(
      join(folder, "page.tsx"),
      `${source.replace(DEFAULT, (_, declared) => declared || "const ChatWidget = ")}\n${around}`,
    );
    await build({
      root: folder,
      configFile: false,
      logLevel: "error",
      define: { "process.env.NODE_ENV": '"production"' },
      resolve: {
        alias: [
          { find: /^react(-dom)?\/client$/, replacement: page.resolve("preact/compat/client") },
          { find: /^react\/jsx-(dev-)?runtime$/, replacement: page.resolve("preact/jsx-runtime") },
          { find: /^react$/, replacement: page.resolve("preact/compat") },
          { find: /^vue$/, replacement: join(VUE_FOLDER, "dist/vue.runtime.esm-bundler.js") },
          { find: "@parley/client/react", replacement: join(ROOT, "libs/client/src/react.ts") },
          { find: "@parley/client/widget", replacement: join(ROOT, "libs/client/src/mount-widget.ts") },
        ],
      },
      build: { lib: { entry: join(folder, "page.tsx"), formats: ["es"], fileName: () => "page.js" } },
    });
    return readFileSync(join(folder, "dist/page.js"), "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("components", () => {
  it.each([
    ["React", "react/ChatWidget.tsx", REACT],
    ["Vue", "vue/ChatWidget.ts", VUE],
  ])(
    "%s: puts the widget on the page, tells of messages, and takes it away with itself",
    async (_name, sample, around) => {
      const opened = await hosts.open(
        () => ({ html: '<!doctype html><html lang="en"><title>App</title><body><div id="app"></div></body></html>' }),
        { initScript: OPEN_SHADOW },
      );
      const { page: shown, backend } = opened;
      await shown.addScriptTag({ type: "module", content: await bundle(sample, around, backend.url) });
      await shown.locator(".launcher").click();
      const panel = await panelOf(opened);
      await expect.poll(() => heardBy(panel)).toEqual([{ type: "open", focus: true }]);
      await say(panel, { type: "message", ...ENVELOPE });
      await expect.poll(() => shown.evaluate("window.told")).toEqual(ENVELOPE);
      await shown.evaluate("show(false)");
      await expect.poll(() => shown.locator(".launcher").count()).toBe(0);
      for (let route = 0; route < 20; route += 1) await shown.evaluate(`show(${route % 2 === 0})`);
      await expect.poll(() => shown.locator(".launcher").count()).toBe(0);
      await shown.evaluate(`show(true, { mode: "inline" })`);
      await shown.locator("#app .panel").waitFor();
      await expect.poll(() => shown.locator(".panel").count()).toBe(1);
      expect(backend.asked.filter((path) => path === "/widget.js")).toHaveLength(1);
      expect(opened.trouble).toEqual([]);
    },
  );
});
