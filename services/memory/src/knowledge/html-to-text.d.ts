/** Types for the used part of the package, which has none. */
declare module "html-to-text" {
  export interface BlockOptions {
    leadingLineBreaks?: number;
    trailingLineBreaks?: number;
    level?: number;
  }
  export interface BlockTextBuilder {
    openBlock(options?: { leadingLineBreaks?: number }): void;
    closeBlock(options?: { trailingLineBreaks?: number }): void;
    addInline(text: string, options?: { noWordTransform?: boolean }): void;
    addLiteral(text: string): void;
  }
  export type Formatter = (
    element: { children: unknown[] },
    walk: (nodes: unknown[], builder: BlockTextBuilder) => void,
    builder: BlockTextBuilder,
    options: BlockOptions,
  ) => void;
  export interface Options {
    wordwrap?: false | number;
    preserveNewlines?: boolean;
    limits?: { maxInputLength?: number; maxDepth?: number };
    formatters?: Record<string, Formatter>;
    selectors?: { selector: string; format?: string; options?: Record<string, unknown> }[];
  }
  export function convert(html: string, options?: Options): string;
}
