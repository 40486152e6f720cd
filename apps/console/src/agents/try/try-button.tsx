import { Play } from "lucide-react";
import type { Agent } from "../../api/answers.js";
import { useStore } from "../../app/store.js";
import { Button } from "../../ui/button.js";
import type { Draft } from "../draft.js";
import { useTalk } from "./use-talk.js";

export function TryButton({ agent, draft }: { agent: Agent; draft: Draft }) {
  const talk = useTalk(agent, draft);
  const { open } = useStore(talk.store);
  return (
    <Button icon={<Play />} aria-expanded={open} onClick={() => talk.open(!open)}>
      Try
    </Button>
  );
}
