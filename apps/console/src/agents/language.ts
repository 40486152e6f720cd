import type { Language } from "../ui/code/code-types.js";

/** Documents are JSON or YAML; a leading brace means JSON, or YAML that looks fine with JSON colours. */
export const languageOf = (text: string): Language => (text.trimStart().startsWith("{") ? "json" : "yaml");
