import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useWorkbench } from "../api/use-workbench.js";
import { draftFor } from "./use-draft.js";

type Test = Record<string, unknown> & { name: string };

/** Appends tests to the user's own draft of an agent; the tabs of the agent see them immediately. */
export function useAddTest(agent: string) {
  const api = useWorkbench();
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const add = async (test: Test): Promise<string | null> => {
    const known = await api.agent(agent);
    if (known.type !== "ok") return known.detail;
    const draft = await draftFor(queryClient, api, known.value);
    if (draft.type !== "ok") return draft.detail;
    const { editGraph, EditRefused } = await import("@parley/workflow-document");
    try {
      draft.value.edit(editGraph(draft.value.state.text, { do: "addTest", test }));
    } catch (error) {
      if (error instanceof EditRefused) return error.message;
      throw error;
    }
    await draft.value.save();
    const { saving, problem } = draft.value.state;
    if (saving === "conflict") return "Your draft was saved in another tab. Open the agent, compare, and try again.";
    return problem?.detail ?? null;
  };
  const run = async (test: Test): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    const refusal = await add(test);
    setBusy(false);
    setTrouble(refusal);
    return refusal === null;
  };
  return { busy, trouble, run };
}
