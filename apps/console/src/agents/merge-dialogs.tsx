import { useState } from "react";
import { useStore } from "../app/store.js";
import { Button } from "../ui/button.js";
import { MergeView } from "../ui/code/code-editor.js";
import { Dialog } from "../ui/dialog.js";
import type { Draft } from "./draft.js";
import { languageOf } from "./language.js";

interface MergeProps {
  draft: Draft;
  onClose(): void;
}

/** Another tab was faster: both texts beside each other, and one of them, or what is made of both, goes on. */
export function ConflictDialog({ draft, onClose }: MergeProps) {
  const { newer, text } = useStore(draft.store);
  const [merged, setMerged] = useState(text);
  const take = (chosen: string) => () => void draft.settle(chosen).then(onClose);
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="This draft was changed in another tab"
      description="Arrows between the texts take over a change of the other tab. Nothing is lost until you choose."
      actions={
        <>
          <Button onClick={take(newer?.text ?? "")}>Take the other tab's text</Button>
          <Button look="primary" onClick={take(merged)}>
            Save the text at the right
          </Button>
        </>
      }
    >
      <MergeView
        language={languageOf(text)}
        before={newer?.text ?? ""}
        after={merged}
        beforeLabel="The other tab"
        afterLabel="This tab"
        onChange={setMerged}
      />
    </Dialog>
  );
}

/** Another version went live since the draft was begun: its changes are seen, and taken over or not, before the draft may replace it. */
export function RebaseDialog({ draft, onClose }: MergeProps) {
  const { live, liveText, text } = useStore(draft.store);
  const [merged, setMerged] = useState(text);
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Bring the draft up to date with version ${live ?? "that is live"}`}
      description="Publishing would undo what the live version has and the draft has not. Take over what shall stay; what you leave is yours to replace."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" onClick={() => void draft.rebase(merged).then(onClose)}>
            Keep the text at the right
          </Button>
        </>
      }
    >
      <MergeView
        language={languageOf(text)}
        before={liveText}
        after={merged}
        beforeLabel={`Live, version ${live ?? ""}`}
        afterLabel="Your draft"
        onChange={setMerged}
      />
    </Dialog>
  );
}
