import type { CompletionSource } from "@codemirror/autocomplete";
import type { Ref } from "react";

export type Language = "yaml" | "json";

/** A remark about a place of the text; places are counted in characters from its beginning. */
export interface Finding {
  from: number;
  to: number;
  severity: "error" | "warning" | "info";
  message: string;
}

/** The methods of a mounted editor. */
export interface EditorHandle {
  /** Puts the cursor there, scrolls to it, and takes the focus. */
  reveal(place: number): void;
}

export interface CodeEditorProps {
  label: string;
  language: Language;
  value: string;
  /** Without it the text is read-only. */
  onChange?: (text: string) => void;
  findings?: readonly Finding[];
  /** Constant, or kept in a callback: a new one recreates the editor. */
  completions?: CompletionSource;
  ref?: Ref<EditorHandle>;
}

export interface MergeViewProps {
  language: Language;
  before: string;
  after: string;
  /** Above the texts: "Live, version 4" and "Your draft". */
  beforeLabel: string;
  afterLabel: string;
  /** If given, the second text can be edited, and changes of the first be adopted. */
  onChange?: (text: string) => void;
}
