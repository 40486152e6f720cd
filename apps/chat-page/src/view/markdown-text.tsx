import type { MarkdownBlock } from "@parley/web-kit";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { t } from "../i18n/language.js";
import { formatter, isPlain, showsPlain } from "../text/formatter.js";
import { copyText } from "./copy-text.js";

/**
 * Formatted text of the agent. Each block is a node of its own and is written only when its source changes, so that a selection in an
 * earlier paragraph survives while the answer grows. A text that waits too long for the formatter is shown unformatted.
 */
export function MarkdownText({ text, streaming }: { text: string; streaming: boolean }) {
  const reader = formatter.value;
  const blocks = useMemo(() => reader?.markdownBlocks(text) ?? null, [reader, text]);
  return (
    <div class={streaming ? "prose streaming" : "prose"}>
      {blocks === null ? (
        <p class="block unformatted" dir="auto">
          {(showsPlain.value || isPlain(text)) && text}
        </p>
      ) : (
        blocks.map((block, index) => (
          // Blocks only grow at the end.
          <Block key={index} block={block} grows={streaming && index === blocks.length - 1} />
        ))
      )}
    </div>
  );
}

function Block({ block, grows }: { block: MarkdownBlock; grows: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  // Compare the source; tokens are new objects on every parse.
  useLayoutEffect(() => {
    const rendered = formatter.value?.renderBlock(block);
    if (rendered) host.current?.replaceChildren(rendered);
    // Code that is still being written is not offered for copying.
    for (const code of grows ? [] : (host.current?.querySelectorAll("pre") ?? [])) offerCopy(code);
  }, [block.raw, grows]);
  return <div class="block" dir="auto" ref={host} />;
}

const COPIED_FOR_MS = 2_000;

/** Adds a button to a code block. The content of the block passed the sanitizer; the button did not. */
function offerCopy(code: HTMLElement): void {
  const box = document.createElement("div");
  box.className = "code";
  const button = document.createElement("button");
  const name = (text: string): void => {
    button.textContent = text;
  };
  Object.assign(button, { type: "button", className: "copy-code" });
  name(t("copy"));
  button.addEventListener("click", () => {
    copyText(code.textContent ?? "", () => {
      name(t("copied"));
      setTimeout(() => name(t("copy")), COPIED_FOR_MS);
    });
  });
  code.replaceWith(box);
  box.append(button, code);
}
