import type { GraphEdit } from "@parley/workflow-document";
import { useCallback } from "react";
import { notify } from "../ui/notify.js";
import type { Draft } from "./draft.js";

export type MakeEdits = (edits: readonly GraphEdit[]) => Promise<boolean>;

/** Applies edits of the graph to the text of the draft, all of them or none; impossible ones are reported. */
export function useEdits(draft: Draft): MakeEdits {
  return useCallback(
    async (edits) => {
      const { editGraphAll, EditRefused } = await import("@parley/workflow-document");
      try {
        draft.edit(editGraphAll(draft.state.text, edits));
        return true;
      } catch (error) {
        if (!(error instanceof EditRefused)) throw error;
        notify.problem(error.message);
        return false;
      }
    },
    [draft],
  );
}
