import type { Token } from "marked";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { markdownBlocks, renderBlock } from "../text/markdown.js";

/**
 * Formatted text of the agent. Each block is a node of its own and is written only when its source changes, so that a
 * selection in an earlier paragraph survives while the answer grows.
 */
export function MarkdownText({ text, streaming }: { text: string; streaming: boolean }) {
  const blocks = useMemo(() => markdownBlocks(text), [text]);
  return (
    <div class={streaming ? "prose streaming" : "prose"}>
      {blocks.map((block, index) => (
        // Blocks only grow at the end.
        <Block key={index} block={block} />
      ))}
    </div>
  );
}

function Block({ block }: { block: Token }) {
  const host = useRef<HTMLDivElement>(null);
  // The source decides; tokens are new objects on every reading.
  useLayoutEffect(() => {
    host.current?.replaceChildren(renderBlock(block));
  }, [block.raw]);
  return <div class="block" dir="auto" ref={host} />;
}
