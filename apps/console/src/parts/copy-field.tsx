import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";

interface CopyFieldProps {
  label: string;
  value: string;
  /** Draws the label, where the place does not say what it is. */
  shown?: boolean;
}

/** A text to take away. Where the clipboard is refused (plain http), the text is selected for the keyboard instead. */
export function CopyField({ label, value, shown = false }: CopyFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const [state, setState] = useState<"idle" | "copied" | "selected">("idle");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
      setState("copied");
    } catch {
      field.current?.focus();
      field.current?.select();
      setState("selected");
    }
  };
  return (
    <div className="copy-field">
      {shown && (
        <p className="copy-label" aria-hidden="true">
          {label}
        </p>
      )}
      <input
        ref={field}
        className="input mono"
        readOnly
        value={value}
        aria-label={label}
        onFocus={(event) => event.currentTarget.select()}
      />
      <button
        type="button"
        className={`button ${shown ? "quiet" : "primary"}`}
        {...(shown ? { "aria-label": `Copy: ${label}` } : {})}
        onClick={() => void copy()}
      >
        {state === "copied" ? (
          <Check className="icon" aria-hidden="true" />
        ) : (
          <Copy className="icon" aria-hidden="true" />
        )}
        {state === "copied" ? "Copied" : "Copy"}
      </button>
      <p role="status" className="help">
        {state === "selected" && "The browser does not allow copying here. The text is selected: press Ctrl+C."}
        {state === "copied" && <span className="visually-hidden">Copied to the clipboard.</span>}
      </p>
    </div>
  );
}
