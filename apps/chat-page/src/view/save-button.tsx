import { useState } from "preact/hooks";
import { t } from "../i18n/language.js";

/** Downloads the conversation. `onSave` returns false when it could not be fetched. */
export function SaveButton({ onSave }: { onSave(): Promise<boolean> }) {
  const [phase, setPhase] = useState<"idle" | "saving" | "failed">("idle");
  const save = (): void => {
    if (phase === "saving") return;
    setPhase("saving");
    void onSave().then((done) => setPhase(done ? "idle" : "failed"));
  };
  return (
    <span class="save">
      <button type="button" class="link-button" aria-disabled={phase === "saving"} onClick={save}>
        {t("saveTalk")}
      </button>
      <span role="status">{phase === "failed" && t("failedAgain")}</span>
    </span>
  );
}
