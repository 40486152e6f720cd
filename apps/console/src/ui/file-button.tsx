import { Upload } from "lucide-react";
import { useRef } from "react";
import { Button } from "./button.js";
import styles from "./field.module.css";

interface FileProps {
  label: string;
  /** As the `accept` of an input: ".yaml,.json". */
  accept?: string;
  multiple?: boolean;
  busy?: boolean;
  /** Beside the button: which files are allowed, or the chosen one. */
  children?: string;
  onFiles: (files: File[]) => void;
}

/** Chooses files. The same file can be chosen again, after it was changed outside. */
export function FileButton({ label, accept, multiple, busy, children, onFiles }: FileProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <span className={styles.file}>
      <Button icon={<Upload />} busy={busy ?? false} onClick={() => input.current?.click()}>
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-hidden="true"
        tabIndex={-1}
        accept={accept}
        multiple={multiple}
        onChange={({ target }) => {
          const files = [...(target.files ?? [])];
          target.value = "";
          if (files.length > 0) onFiles(files);
        }}
      />
      {children}
    </span>
  );
}
