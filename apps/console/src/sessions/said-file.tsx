import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { fileCalls } from "../api/file-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { Button } from "../ui/button.js";
import { notify } from "../ui/notify.js";
import { refusalOf } from "../ui/refusal.js";
import { saveBlob } from "../ui/save-file.js";

/** A file that was sent in a conversation, as a download; reading it is audited. */
export function SaidFile({ session, id, name }: { session: string; id: string; name: string }) {
  const calls = useCalls(fileCalls);
  const reading = useMutation({
    mutationFn: () => answered(() => calls.downloadFile(session, id))(),
    onSuccess: (content) => saveBlob(name, content),
    onError: (error: unknown) => notify.problem(refusalOf(error).detail),
  });
  return (
    <Button
      small
      look="quiet"
      icon={<Download />}
      busy={reading.isPending}
      aria-label={`Download ${name}`}
      onClick={() => reading.mutate()}
    >
      <bdi>{name}</bdi>
    </Button>
  );
}
