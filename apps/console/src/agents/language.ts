import type { Language } from "../ui/code/code-types.js";

/** Documents are JSON or YAML; a brace first is JSON, or YAML that reads as well with its colours. */
export const languageOf = (text: string): Language => (text.trimStart().startsWith("{") ? "json" : "yaml");
