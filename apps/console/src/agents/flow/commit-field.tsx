import { useEffect, useRef, useState } from "react";
import { TextField } from "../../ui/text-field.js";

interface CommitFieldProps {
  label: string;
  help?: string;
  value: string;
  /** Called on blur; false = refused, and the previous value returns. */
  onCommit(text: string): Promise<boolean>;
}

/** For values that are only valid as a whole, such as names and conditions: committed on blur or Enter. */
export function CommitField({ label, help, value, onCommit }: CommitFieldProps) {
  const [own, setOwn] = useState(value);
  const [seen, setSeen] = useState(value);
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);
  if (seen !== value) {
    setSeen(value);
    setOwn(value);
  }
  const commit = (): void => {
    const text = own.trim();
    if (text === value) return;
    void onCommit(text).then((done) => {
      if (!done && alive.current) setOwn(value);
    });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        commit();
      }}
    >
      <TextField label={label} help={help} mono value={own} onChange={setOwn} onBlur={commit} />
    </form>
  );
}
