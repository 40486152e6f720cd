import { useEffect, useRef, useState } from "react";
import { TextArea, TextField } from "../ui/text-field.js";

/** A pause in typing: each write parses and changes the whole document. */
const WRITE_AFTER_MS = 250;

interface DraftFieldProps {
  label: string;
  help?: string;
  value: string;
  /** False = it was refused, and the field shows the previous value. */
  onWrite(text: string): Promise<boolean>;
}

/** A text of the document in a field: written shortly after the last key, on blur, and on unmount. */
function useWritten({ value, onWrite }: Pick<DraftFieldProps, "value" | "onWrite">) {
  const [own, setOwn] = useState(value);
  const [seen, setSeen] = useState(value);
  const pending = useRef<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const write = useRef(onWrite);
  useEffect(() => {
    write.current = onWrite;
  });
  // Changed from outside (another tab of the page, a merge): shown, unless the user is editing here.
  if (seen !== value) {
    setSeen(value);
    if (pending.current === null) setOwn(value);
  }
  const flush = useRef(async (): Promise<void> => {
    clearTimeout(timer.current);
    const text = pending.current;
    if (text === null) return;
    pending.current = null;
    if (!(await write.current(text))) setOwn((shown) => (shown === text ? value : shown));
  });
  useEffect(() => {
    const { current } = flush;
    return () => void current();
  }, []);
  const change = (text: string): void => {
    setOwn(text);
    pending.current = text;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void flush.current(), WRITE_AFTER_MS);
  };
  return { own, change, leave: () => void flush.current() };
}

export function DraftArea({ rows = 3, shown, ...props }: DraftFieldProps & { rows?: number; shown?: string }) {
  const { own, change, leave } = useWritten(props);
  return (
    <TextArea label={shown ?? props.label} help={props.help} rows={rows} value={own} onChange={change} onBlur={leave} />
  );
}

export function DraftText(props: DraftFieldProps) {
  const { own, change, leave } = useWritten(props);
  return <TextField label={props.label} help={props.help} value={own} onChange={change} onBlur={leave} />;
}
