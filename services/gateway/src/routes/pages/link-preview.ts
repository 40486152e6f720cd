import type { LinkPolicy } from "@parley/contracts";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");

const MAX_DESCRIPTION = 300;

/**
 * The page's document with the title of its link, for tabs and for the previews that messengers show of an address. A link with an
 * entry check, or for one person, shows only its title: everybody in the chat room sees a preview. No picture:
 * its server would learn of every preview.
 */
export function withPreview(page: string, { title, agentName, description, ...policy }: LinkPolicy): string {
  const name = escaped(title || agentName);
  const closed = policy.pinRequired || policy.requireEmail || policy.access === "approval" || policy.recipient !== null;
  const words = closed ? "" : escaped((description ?? "").slice(0, MAX_DESCRIPTION));
  const tags = [
    `<title>${name}</title>`,
    '<meta property="og:type" content="website" />',
    `<meta property="og:title" content="${name}" />`,
    `<meta property="og:site_name" content="${escaped(agentName)}" />`,
    '<meta name="twitter:card" content="summary" />',
    ...(words === "" ? [] : ["og:description", "description"].map((key) => describing(key, words))),
  ];
  // A function, because `$` in a title would be special in a replacement string.
  return page.replace(/<title>[^<]*<\/title>/, () => tags.join("\n    "));
}

const describing = (key: string, words: string): string =>
  `<meta ${key.startsWith("og:") ? "property" : "name"}="${key}" content="${words}" />`;
