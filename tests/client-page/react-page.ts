import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const FOLDER = dirname(fileURLToPath(import.meta.url));
const installed = createRequire(join(FOLDER, "../../apps/chat-page/package.json"));

export interface PageSettings {
  base: string;
  secret: string;
  tenantId: string;
  agentId: string;
}

/** The React example of the repository, mounted with a client whose clock is an hour off. */
export function exampleSource(): string {
  const example = readFileSync(join(FOLDER, "../../examples/react/chat.tsx"), "utf8");
  return `${example}
import { createRoot } from "react-dom/client";
const client = createParleyClient({ baseUrl: SETTINGS.base, apiKey: SETTINGS.secret, retry: { baseMs: 20 }, clock: () => Date.now() - 3_600_000 });
const AgentChat = chatComponent(client);
createRoot(document.body).render(<AgentChat tenantId={SETTINGS.tenantId} agentId={SETTINGS.agentId} />);
`;
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
