import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const FOLDER = dirname(fileURLToPath(import.meta.url));
const installed = createRequire(join(FOLDER, "../../libs/chat-page/package.json"));

/** A piece of the reference document as it is printed there. */
export const snippet = (name: string): string => readFileSync(join(FOLDER, "snippets", name), "utf8");

export interface PageSettings {
  base: string;
  secret: string;
  tenantId: string;
  agentId: string;
}

const MOUNT = `
import { createRoot } from "react-dom/client";
const widget = <ChatWidget tenantId={SETTINGS.tenantId} agentId={SETTINGS.agentId} />;
createRoot(document.body).render(widget);
`;

/** The React example as it is, with the signing function of the JavaScript example. */
export function exampleSource(): string {
  const [signing = ""] = snippet("signature.js.txt").split("// Example usage");
  return `${snippet("react-example.tsx.txt")}\n${signing}\n${MOUNT}`;
}

/** The component of the React example on the hook of the client package. */
export function hookSource(): string {
  const example = snippet("react-example.tsx.txt");
  const component = example.slice(example.indexOf("// Helper component"));
  return `import * as React from "react";
import { useEffect, useState } from "react";
import { createParleyClient, createUseChat } from "@parley/client";
const client = createParleyClient({ baseUrl: SETTINGS.base, apiKey: SETTINGS.secret, retry: { baseMs: 20 }, clock: () => Date.now() - 3_600_000 });
const useChat = createUseChat(React, client);
${component}
${MOUNT}`;
}

/** One script for a page; preact stands in for React. */
export async function bundle(source: string, settings: PageSettings): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "parley-reference-"));
  try {
    writeFileSync(join(folder, "page.tsx"), source);
    await build({
      root: folder,
      configFile: false,
      logLevel: "error",
      resolve: {
        alias: [
          { find: /^react(-dom)?\/client$/, replacement: installed.resolve("preact/compat/client") },
          { find: /^react\/jsx-(dev-)?runtime$/, replacement: installed.resolve("preact/jsx-runtime") },
          { find: /^react$/, replacement: installed.resolve("preact/compat") },
          { find: "@parley/client", replacement: join(FOLDER, "../../libs/client/src/index.ts") },
        ],
      },
      define: {
        "process.env.REACT_APP_API_URL": JSON.stringify(settings.base),
        "process.env.REACT_APP_API_SECRET": JSON.stringify(settings.secret),
        SETTINGS: JSON.stringify(settings),
      },
      build: {
        minify: false,
        lib: { entry: join(folder, "page.tsx"), formats: ["es"], fileName: () => "page.js" },
      },
    });
    return readFileSync(join(folder, "dist/page.js"), "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
