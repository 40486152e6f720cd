/** One question of the form of a link. `name` is the member of the body it becomes, with slashes for nested members, as in pointers. */
export type LinkField =
  | TextField
  | NumberField
  | ListField
  | { type: "check"; name: string; label: string; help?: string }
  | { type: "choice"; name: string; label: string; help: string; initial: string; options: readonly Option[] }
  /** Rendered by a control of its own. */
  | {
      type: "special";
      name: string;
      control: "audience" | "expiry" | "version" | "pin" | "colour" | "logo" | "access";
      initial?: string;
    };

interface TextField {
  type: "text" | "paragraph";
  name: string;
  label: string;
  help: string;
  maxLength: number;
  rows?: number;
  input?: "email" | "url";
}

export interface NumberField {
  type: "number";
  name: string;
  label: string;
  help: string;
  min: number;
  max: number;
  /** null = may be left empty, which means none. */
  initial: number | null;
  unit?: string;
  decimals?: boolean;
}

export interface ListField {
  type: "list";
  name: string;
  label: string;
  help: string;
  maxItems: number;
  /** One per line only, because an item may hold spaces. */
  lines?: boolean;
  /** The required shape of an item, and its description. */
  item: { shape: RegExp; words: string };
}

interface Option {
  value: string;
  label: string;
}

export interface LinkSection {
  id: string;
  title: string;
  lead?: string;
  /** Initially expanded; the others expand on demand. */
  open?: boolean;
  fields: readonly LinkField[];
}

export const format = (number: number): string => number.toLocaleString("en");
