import { useState } from "react";
import { useForm } from "react-hook-form";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { privacyCalls } from "../api/trust-calls.js";
import { useCalls } from "../api/use-calls.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { Dialog } from "../ui/dialog.js";
import { Form, FormField } from "../ui/form.js";
import { notify } from "../ui/notify.js";
import { fileName, saveBlob } from "../ui/save-file.js";
import { TextField } from "../ui/text-field.js";
import { type Preview, previewOf } from "./erase-preview.js";

interface AskProps {
  title: string;
  description: string;
  submit: string;
  onClose: () => void;
  onAddress: (email: string) => Promise<unknown>;
}

/** Asks for the address of a person. */
function AskAddress({ title, description, submit, onClose, onAddress }: AskProps) {
  const form = useForm({ defaultValues: { email: "" } });
  return (
    <Dialog open onClose={onClose} title={title} description={description}>
      <Form form={form} submit={submit} onCancel={onClose} onSubmit={({ email }) => onAddress(email.trim())}>
        <FormField form={form} name="email" rules={{ required: "Enter an address." }}>
          {(bound) => <TextField label="E-mail address" type="email" {...bound} />}
        </FormField>
      </Form>
    </Dialog>
  );
}

/** First the preview, then the address again, then the job. */
export function EraseDialog({ onClose, onBegun }: { onClose: () => void; onBegun: (id: string) => void }) {
  const api = useApi();
  const calls = useCalls(privacyCalls);
  const [preview, setPreview] = useState<Preview | null>(null);
  if (preview === null) {
    return (
      <AskAddress
        title="Erase a person"
        description="Removes everything that is kept of an address. You see what that is before anything happens."
        submit="Show what goes"
        onClose={onClose}
        onAddress={async (email) => setPreview(await previewOf(api, email))}
      />
    );
  }
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Erase ${preview.email}?`}
      consequences={consequencesOf(preview)}
      milder={{
        text: "Somebody who asks what is kept of them gets a copy first.",
        action: "Export before",
        run: () => saveExport(calls, preview.email),
      }}
      typed={preview.email}
      action="Erase for good"
      run={async () => {
        const erasure = await answered(() => calls.erase({ email: preview.email }))();
        onBegun(erasure.id);
      }}
    />
  );
}

function consequencesOf({ sessions, more, running, remembering }: Preview): string[] {
  const many = `${sessions.toLocaleString()}${more ? " or more" : ""}`;
  return [
    sessions === 0
      ? "No session has this address as its person. Those that hold it as a value are found and go, too."
      : `${many} ${sessions === 1 ? "session goes" : "sessions go"} with messages, files, ratings, traces and notes.`,
    ...(running > 0
      ? [`${running.toLocaleString()} of them ${running === 1 ? "is" : "are"} running and will end at once.`]
      : []),
    remembering.length === 0
      ? "No agent remembers this person."
      : `${remembering.join(", ")} will not remember this person any more.`,
    "Requests for access, codes, and the address in links, mails and deliveries go as well.",
    "What other people wrote stays, and so does a keyed hash that keeps unsubscribed addresses unsubscribed.",
    "It begins at once and cannot be undone. A signed receipt tells what went from where.",
  ];
}

export function ExportDialog({ onClose }: { onClose: () => void }) {
  const calls = useCalls(privacyCalls);
  return (
    <AskAddress
      title="Export a person"
      description="A zip file of everything that is kept of an address, to read and to process."
      submit="Download"
      onClose={onClose}
      onAddress={async (email) => {
        await saveExport(calls, email);
        onClose();
      }}
    />
  );
}

async function saveExport(calls: ReturnType<typeof privacyCalls>, email: string): Promise<void> {
  saveBlob(`${fileName(email)}.zip`, await answered(() => calls.exportPerson(email))());
  notify.good(`What is kept of ${email} was saved as a file.`);
}
