/** Files in which the server writes a transcript. */
export const TRANSCRIPT_FORMATS = [
  { format: "json", label: "JSON", type: "application/json" },
  { format: "csv", label: "CSV", type: "text/csv;charset=utf-8" },
  { format: "txt", label: "Text", type: "text/plain;charset=utf-8" },
  { format: "html", label: "HTML", type: "text/html;charset=utf-8" },
] as const;
export type TranscriptFormat = (typeof TRANSCRIPT_FORMATS)[number]["format"];
