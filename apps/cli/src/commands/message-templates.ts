import { readFileSync } from "node:fs";
import { ParleyError } from "@parley/client";
import { EXIT, type Io, usageError } from "../io.js";
import { safeLine } from "../plain-text.js";
import { printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

type Texts = Record<string, { subject: string; message: string }>;

interface TemplateShown {
  name: string;
  texts: Texts;
  updated_at: string;
}

interface SaveOptions extends Globals {
  language: string;
  subject?: string;
  message?: string;
  file?: string;
}

const at = (name?: string): string =>
  `/api/message-templates${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;

/** The tenant's own templates of messages, by name. */
export async function listTemplates(io: Io, options: Globals): Promise<number> {
  const data = await readAll<TemplateShown>(ownerTransport(io, options), { path: at(), signal: io.signal });
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map(({ name, texts, updated_at }) => [name, Object.keys(texts).sort().join(" "), updated_at]);
    printTable(io, ["NAME", "LANGUAGES", "CHANGED"], rows);
  }
  return EXIT.ok;
}

/** One template in all its languages. */
export async function showTemplate(io: Io, name: string, options: Globals): Promise<number> {
  const call = { method: "GET" as const, path: at(name), signal: io.signal };
  const shown = await ownerTransport(io, options).json<TemplateShown>(call);
  if (options.json) printJson(io, shown);
  else {
    for (const [language, { subject, message }] of Object.entries(shown.texts)) {
      printLine(io, safeLine(`${language}: ${subject}`));
      for (const line of message.split("\n")) printLine(io, safeLine(`  ${line}`));
    }
  }
  return EXIT.ok;
}

function readTexts(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw usageError(`${file} cannot be read as JSON`);
  }
}

/** Writes one language of a template, keeping its others, or all of them from a file. */
export async function saveTemplate(io: Io, name: string, options: SaveOptions): Promise<number> {
  const { language, subject, message, file } = options;
  const transport = ownerTransport(io, options);
  const known = async (): Promise<Texts> => {
    try {
      return (await transport.json<TemplateShown>({ method: "GET", path: at(name), signal: io.signal })).texts;
    } catch (error) {
      if (error instanceof ParleyError && error.code === "template_not_found") return {};
      throw error;
    }
  };
  if (file === undefined && (subject === undefined || message === undefined))
    throw usageError("give --subject and --message, or --file");
  const texts = file === undefined ? { ...(await known()), [language]: { subject, message } } : readTexts(file);
  const call = { method: "PUT" as const, path: at(name), body: { texts }, signal: io.signal };
  const saved = await transport.json<TemplateShown>(call);
  if (options.json) printJson(io, saved);
  else printLine(io, `${saved.name}: ${Object.keys(saved.texts).sort().join(" ")}`);
  return EXIT.ok;
}

/** Deletes a template. */
export async function deleteTemplate(io: Io, name: string, options: Globals): Promise<number> {
  const call = { method: "DELETE" as const, path: at(name), signal: io.signal };
  const answer = await ownerTransport(io, options).json(call);
  if (options.json) printJson(io, answer);
  else printLine(io, "deleted");
  return EXIT.ok;
}
