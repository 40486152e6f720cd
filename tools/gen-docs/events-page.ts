import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { assertNever, type Contract } from "@parley/contracts";
import { busEnds, type Ends } from "./bus-ends.js";
import { declaredMessages } from "./nats-users.js";
import { schemaText } from "./schema-text.js";

const INTRO = `# Messages on the bus

Generated from \`libs/contracts/src\` by \`npm run docs:generate\`; do not edit.

Subjects have the form \`<domain>.v<major>.<kind>.<name>[.<key>]\`; the key comes last and is one token. Every message is JSON.
Within one major version only optional fields are added.

- **rpc**: core request and reply; the queue group is the service that serves it. Nothing is stored.
- **work**: a hint for one worker that the database holds work for it; never stored and allowed to get lost; may carry text.
- **event**: a fact, stored in the stream EVENTS for 72 h. Ids only, no text. Facts reach the bus through the outbox table.
- **live**: never stored and allowed to get lost; may carry text.`;

const KINDS = ["event", "work", "live", "rpc"] as const;

/** `docs/events.md`: every message that is declared, with its fields and both of its ends. */
export function eventsPage(root: string): string {
  const ends = busEnds(root, new Map(declaredMessages.map(({ name, contract }) => [name, contract.subject])));
  const about = descriptions(join(root, "libs/contracts/src"));
  const sections = KINDS.map((kind) => {
    const members = declaredMessages.filter(({ contract }) => contract.kind === kind);
    members.sort((a, b) => a.contract.subject.localeCompare(b.contract.subject, "en"));
    const entries = members.map(({ name, contract }) => entry(name, contract, ends.get(name), about.get(name)));
    return [`## ${kind}`, ...entries].join("\n\n");
  });
  return `${[INTRO, ...sections].join("\n\n")}\n`;
}

function entry(name: string, contract: Contract, ends: Ends | undefined, about: string | undefined): string {
  const lines = [`### \`${contract.subject}\``, ""];
  if (about !== undefined) lines.push(about, "");
  lines.push(
    `\`${name}\`. ${deliveryOf(contract)}`,
    "",
    `From: ${list(ends?.from)}. To: ${list(receivers(contract, ends))}.`,
  );
  if (contract.kind === "rpc") {
    lines.push(
      "",
      ...block("request", schemaText(contract.request)),
      ...block("response", schemaText(contract.response)),
    );
  } else lines.push("", ...block("message", schemaText(contract.schema)));
  return lines.join("\n").trimEnd();
}

function deliveryOf(contract: Contract): string {
  switch (contract.kind) {
    case "rpc":
      return `Deadline ${contract.deadlineMs} ms.`;
    case "work":
      return `Not stored, queue group \`${contract.service}\`, subject with key \`${contract.subject}.<key>\`.`;
    case "event":
      return `Stream EVENTS, subject with key \`${contract.subject}.<key>\`.`;
    case "live":
      return `Not stored, subject with key \`${contract.subject}.<key>\`.`;
    default:
      return assertNever(contract);
  }
}

/** The declaration names the receiver of a request or a hint; the sources only confirm it. */
function receivers(contract: Contract, ends: Ends | undefined): string[] {
  const declared = contract.kind === "rpc" || contract.kind === "work" ? [contract.service] : [];
  return [...new Set([...declared, ...(ends?.to ?? [])])];
}

const list = (names: string[] = []): string => (names.length === 0 ? "nobody yet" : names.join(", "));

const block = (title: string, text: string): string[] => ["```ts", `// ${title}`, text, "```", ""];

/** The doc comment directly above each declaration. */
function descriptions(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".ts"))) {
    const source = readFileSync(join(folder, file), "utf8");
    for (const match of source.matchAll(
      /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const (\w+) = (?:rpc|work|event|live)\(/g,
    )) {
      const [, comment = "", name = ""] = match;
      found.set(
        name,
        comment
          .replace(/^\s*\*?\s?/gm, "")
          .trim()
          .replace(/\s+/g, " "),
      );
    }
  }
  return found;
}
