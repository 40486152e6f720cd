import type { Token } from "marked";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { formatter } from "../text/formatter.js";

/**
 * Formatted text of the agent. Each block is a node of its own and is written only when its source changes, so that a
 * selection in an earlier paragraph survives while the answer grows. Without the formatter the text stands as it was written.
 */
export function MarkdownText({ text, streaming }: { text: string; streaming: boolean }) {
  const reader = formatter.value;
  const blocks = useMemo(() => reader?.markdownBlocks(text) ?? null, [reader, text]);
  return (
    <div class={streaming ? "prose streaming" : "prose"}>
      {blocks === null ? (
        <p class="block unformatted" dir="auto">
          {text}
        </p>
      ) : (
        blocks.map((block, index) => (
          // Blocks only grow at the end.
          <Block key={index} block={block} />
        ))
      )}
    </div>
  );
}

function Block({ block }: { block: Token }) {
  const host = useRef<HTMLDivElement>(null);
  // The source decides; tokens are new objects on every reading.
  useLayoutEffect(() => {
    const rendered = formatter.value?.renderBlock(block);
    if (rendered) host.current?.replaceChildren(rendered);
  }, [block.raw]);
  return <div class="block" dir="auto" ref={host} />;
}
