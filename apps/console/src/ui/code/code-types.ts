import type { CompletionSource } from "@codemirror/autocomplete";
import type { Ref } from "react";

export type Language = "yaml" | "json";

/** Something to say about a place of the text; places are counted in characters from its beginning. */
export interface Finding {
  from: number;
  to: number;
  severity: "error" | "warning" | "info";
  message: string;
}

/** What a page can do with an editor that is on it. */
export interface EditorHandle {
  /** Puts the cursor there, shows it, and takes the focus. */
  reveal(place: number): void;
}

export interface CodeEditorProps {
  label: string;
  language: Language;
  value: string;
  /** Without it the text can only be read. */
  onChange?: (text: string) => void;
  findings?: readonly Finding[];
  /** Constant, or kept in a callback: a new one makes the editor again. */
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
  /** Given, the second text can be changed, and changes of the first be taken over. */
  onChange?: (text: string) => void;
}
