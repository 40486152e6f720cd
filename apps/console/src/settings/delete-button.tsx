import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import styles from "./delete-button.module.css";

interface DeleteProps {
  /** Name of the row, for the confirmation. */
  what: string;
  consequences: string[];
  /** Throws the refusal. */
  remove(): Promise<unknown>;
  /** First part of the query key of the list that had the row. */
  list: string;
  onGone(): void;
}

/** Deletes a row of a settings list, after stating the consequences. */
export function DeleteButton({ what, consequences, remove, list, onGone }: DeleteProps) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button className={styles.delete} onClick={() => setAsking(true)}>
        Delete…
      </Button>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={`Delete ${what}?`}
        consequences={consequences}
        action="Delete"
        run={async () => {
          await remove();
          onGone();
          await client.invalidateQueries({ queryKey: [list] });
        }}
      />
    </>
  );
}
