import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./button.js";
import { IconButton } from "./icon-button.js";
import { notify } from "./notify.js";

const COPIED_FOR_MS = 2_000;

/** Copies a text. With `label` it is a button with text, otherwise an icon whose name says what is copied. */
export function CopyButton({ text, what, label }: { text: string | (() => string); what: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_FOR_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (): void => {
    navigator.clipboard.writeText(typeof text === "string" ? text : text()).then(
      () => setCopied(true),
      () => notify.problem("The browser does not let this page copy. Select the text and copy it by hand."),
    );
  };
  const icon = copied ? <Check /> : <Copy />;
  const name = copied ? "Copied" : `Copy ${what}`;
  if (label === undefined) return <IconButton label={name} icon={icon} onClick={copy} />;
  return (
    <Button icon={icon} onClick={copy} aria-label={name}>
      {copied ? "Copied" : label}
    </Button>
  );
}
