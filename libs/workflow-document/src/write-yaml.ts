import { stringify } from "yaml";

/** A document that was kept as a value, as text to edit: long texts as blocks, so that a change of one sentence is one line of a diff. */
export const writeYaml = (document: unknown): string =>
  stringify(document, { schema: "core", lineWidth: 100, blockQuote: "folded" });
