import { escapeHtml } from "./html.js";
import { type Page, renderGuide } from "./markdown.js";
import { referencePages } from "./reference.js";
import { type SearchEntry, searchIndex } from "./search-index.js";
import { signatureChecker } from "./signature-page.js";
import type { Guide, OpenApi } from "./sources.js";

/** Guides in the order in which they are read. One that no group names stands under "More", so that a new file is never lost. */
const GROUPS: [string, string[]][] = [
  [
    "Build",
    [
      "index",
      "client",
      "workflow",
      "workbench",
      "links",
      "access",
      "sessions",
      "streams",
      "files",
      "widget",
      "chat-channel",
      "mcp",
    ],
  ],
  ["Know and remember", ["knowledge", "memory", "secrets"]],
  ["Reach people", ["sending", "schedules", "webhooks", "escalations"]],
  ["See", ["analytics", "alerts", "exports", "audit"]],
  ["Protect", ["keys", "signature-checker", "users", "privacy", "controls", "threat-model"]],
  [
    "Operate",
    [
      "cli",
      "kubernetes",
      "metrics",
      "log-events",
      "runbook",
      "backup",
      "dead-letters",
      "key-rotation",
      "events",
      "errors",
      "benchmarks",
    ],
  ],
];

const addressOf = (path: string): string => (path === "index" ? "/docs" : `/docs/${path}`);

/** All pages of the site as complete documents, with their addresses below `/docs`. */
export function sitePages(
  guides: Guide[],
  api: OpenApi,
  files: { script: string; sheet: string },
): { path: string; html: string }[] {
  const { pages, reference } = contents(guides, api);
  const groups = groupsOf(pages, reference);
  return [...pages, ...reference].map((page) => ({ path: page.path, html: documentOf(page, groups, files) }));
}

/** What the search of the site reads. */
export function siteSearch(guides: Guide[], api: OpenApi): SearchEntry[] {
  const { pages, reference } = contents(guides, api);
  return searchIndex([...pages, ...reference]);
}

function contents(guides: Guide[], api: OpenApi): { pages: Page[]; reference: Page[] } {
  const known = new Set([...guides.map(({ path }) => path), signatureChecker.path]);
  const written: Page[] = guides.map(({ path, markdown }) => renderGuide(path, markdown, known));
  return { pages: [...written, signatureChecker], reference: referencePages(api) };
}

type Group = { title: string; pages: Page[] };

function groupsOf(pages: Page[], reference: Page[]): Group[] {
  const named = new Set(GROUPS.flatMap(([, paths]) => paths));
  const decisions = pages.filter(({ path }) => path.startsWith("adr/"));
  const rest = pages.filter(({ path }) => !named.has(path) && !path.startsWith("adr/"));
  const find = (path: string): Page[] => pages.filter((page) => page.path === path);
  return [
    ...GROUPS.map(([title, paths]) => ({ title, pages: paths.flatMap(find) })),
    { title: "More", pages: rest },
    { title: "HTTP reference", pages: reference },
    { title: "Decisions", pages: decisions },
  ].filter(({ pages: held }) => held.length > 0);
}

function documentOf(page: Page, groups: Group[], { script, sheet }: { script: string; sheet: string }): string {
  const title = page.path === "index" ? "Parley" : `${page.title} · Parley`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${sheet}">
<script type="module" src="${script}"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><a class="brand" href="/docs">Parley</a><nav aria-label="Site"><a href="/docs/reference/schemas">Reference</a><a href="/openapi.json">OpenAPI</a><a href="/console">Console</a></nav></header>
<div class="page">
<details class="menu" open><summary>All pages</summary><nav aria-label="Pages">${groups.map((group) => groupHtml(group, page)).join("")}</nav></details>
<main id="content" tabindex="-1">${page.html}</main>
${contentsHtml(page)}
</div>
</body>
</html>
`;
}

function groupHtml({ title, pages }: Group, current: Page): string {
  const links = pages.map((page) => {
    const here = page.path === current.path ? ' aria-current="page"' : "";
    return `<li><a href="${addressOf(page.path)}"${here}>${escapeHtml(page.title)}</a></li>`;
  });
  const list = `<ul>${links.join("")}</ul>`;
  const isLong = pages.length > 12;
  const open = pages.some(({ path }) => path === current.path) ? " open" : "";
  return isLong ? `<details${open}><summary>${title}</summary>${list}</details>` : `<h2>${title}</h2>${list}`;
}

function contentsHtml({ headings }: Page): string {
  if (headings.length < 2) return "";
  const links = headings.map(({ id, text }) => `<li><a href="#${escapeHtml(id)}">${escapeHtml(text)}</a></li>`);
  return `<aside><nav aria-label="On this page"><h2>On this page</h2><ul>${links.join("")}</ul></nav></aside>`;
}
