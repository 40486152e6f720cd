import { useEffect, useRef } from "preact/hooks";

interface TitleProps {
  heading: "h1" | "h2";
  text: string;
  /** Focus the heading: where there is no field for it. */
  focus?: boolean;
}

export function StepTitle({ heading, text, focus = true }: TitleProps) {
  const title = useRef<HTMLHeadingElement>(null);
  const Heading = heading;
  useEffect(() => {
    if (heading === "h1") document.title = text;
    if (focus) title.current?.focus({ preventScroll: true });
  }, [heading, text, focus]);
  return (
    <Heading id="entry-title" ref={title} tabIndex={-1}>
      {text}
    </Heading>
  );
}
