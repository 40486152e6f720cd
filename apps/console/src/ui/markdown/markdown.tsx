import { useEffect, useLayoutEffect, useRef, useState } from "react";
import styles from "./markdown.module.css";

type Renderer = typeof import("./render.js");

let loaded: Renderer | null = null;

/** Text of an agent or a person, with the safe renderer of the chat page: no HTML, no images, links with their host. */
export function Markdown({ children: text }: { children: string }) {
  const [renderer, setRenderer] = useState(loaded);
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (renderer !== null) return;
    import("./render.js").then(
      (module) => {
        loaded = module;
        setRenderer(module);
      },
      // Without the renderer the text is shown unformatted.
      () => undefined,
    );
  }, [renderer]);
  useLayoutEffect(() => {
    if (renderer === null) return;
    host.current?.replaceChildren(...renderer.markdownBlocks(text).map((block) => renderer.renderBlock(block)));
  }, [renderer, text]);
  return renderer === null ? (
    <div className={styles.plain} dir="auto">
      {text}
    </div>
  ) : (
    <div ref={host} className={styles.prose} dir="auto" />
  );
}
