import type { SavedReply } from "@parley/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { MessageSquareReply, Plus } from "lucide-react";
import { useState } from "react";
import { type UseFormReturn, useForm } from "react-hook-form";
import { inboxCalls } from "../api/inbox-calls.js";
import { answered } from "../api/query.js";
import { type ReplyFields, replyCalls } from "../api/reply-calls.js";
import { useCalls } from "../api/use-calls.js";
import { useRepeatKey } from "../api/use-repeat-key.js";
import { Button } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { Form, FormField } from "../ui/form.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { Select } from "../ui/select.js";
import { EmptyState } from "../ui/states.js";
import type { Column } from "../ui/table/column.js";
import { DataTable } from "../ui/table/data-table.js";
import { useListState } from "../ui/table/list-state.js";
import { useList } from "../ui/table/use-list.js";
import { TextArea, TextField } from "../ui/text-field.js";
import { DeleteButton } from "./delete-button.js";
import { SettingsNav } from "./settings-nav.js";

const NO_FILTERS: readonly string[] = [];
const rowId = ({ id }: SavedReply): string => id;
const THEN = {
  ...{ none: "Nothing", resolve: "Resolve", hand_back: "Hand back to the agent" },
  transfer: "Transfer to an operator",
} as const;
const COLUMNS: Column<SavedReply>[] = [
  { id: "key", header: "Key", width: "8rem", cell: ({ key }) => `/${key}`, value: ({ key }) => key },
  {
    ...{ id: "content", header: "Reply", width: "minmax(8rem, 3fr)" },
    ...{ cell: ({ content }) => content, value: ({ content }) => content },
  },
  {
    ...{ id: "then", header: "When sent", width: "minmax(6rem, 1fr)", from: 640 },
    ...{ cell: ({ action }) => (action === null ? "–" : THEN[action]), value: ({ action }) => action },
  },
  {
    ...{ id: "digit", header: "Digit", width: "4rem", align: "end", from: 480 },
    ...{ cell: ({ digit }) => digit ?? "–", value: ({ digit }) => digit },
  },
];

/** Saved replies of the team to visitors. */
export function SavedRepliesPage() {
  const calls = useCalls(replyCalls);
  const list = useListState(NO_FILTERS);
  const source = useList({
    queryKey: ["saved-replies", "all"],
    page: (at) => answered(() => calls.savedReplies(at))(),
  });
  const [making, setMaking] = useState(false);
  const make = (
    <Button look="primary" icon={<Plus />} onClick={() => setMaking(true)}>
      New saved reply
    </Button>
  );
  return (
    <>
      <PageHeader title="Saved replies" lead="What is said often, for the whole team: / in the inbox inserts one.">
        {source.state === "ready" && source.rows.length > 0 ? make : null}
      </PageHeader>
      <SettingsNav />
      <DataTable
        {...{ id: "saved-replies", label: "Saved replies", list, source, columns: COLUMNS, rowId }}
        peek={{
          title: ({ key }) => `/${key}`,
          content: (reply) => <Edit key={reply.updated_at} reply={reply} onGone={() => list.setPeek(null)} />,
        }}
        empty={
          <EmptyState title="No saved reply yet" icon={<MessageSquareReply />} action={make}>
            Save what you write again and again. One that resolves or hands back when it is sent closes a conversation
            with two keys.
          </EmptyState>
        }
      />
      <Dialog open={making} onClose={() => setMaking(false)} title="New saved reply">
        {making && <ReplyForm reply={null} onDone={() => setMaking(false)} />}
      </Dialog>
    </>
  );
}

function Edit({ reply, onGone }: { reply: SavedReply; onGone(): void }) {
  const calls = useCalls(replyCalls);
  return (
    <>
      <ReplyForm reply={reply} onDone={() => undefined} />
      <DeleteButton
        what={`/${reply.key}`}
        consequences={["Nobody of the team can insert it any more. What was sent with it stays."]}
        remove={() => answered(() => calls.deleteReply(reply.id))()}
        list="saved-replies"
        onGone={onGone}
      />
    </>
  );
}

interface Values {
  key: string;
  content: string;
  action: keyof typeof THEN;
  transfer_to: string;
  digit: string;
}

const DIGITS = ["none", ..."123456789"].map((value) => ({ value, label: value === "none" ? "None" : value }));

function ReplyForm({ reply, onDone }: { reply: SavedReply | null; onDone(): void }) {
  const calls = useCalls(replyCalls);
  const client = useQueryClient();
  const keyOf = useRepeatKey();
  const form = useForm<Values>({
    defaultValues: {
      ...{ key: reply?.key ?? "", content: reply?.content ?? "" },
      ...{ action: reply?.action ?? "none", transfer_to: reply?.transfer_to ?? "" },
      ...{ digit: String(reply?.digit ?? "none") },
    },
  });
  const transfers = form.watch("action") === "transfer";
  const save = async ({ action: next, digit, transfer_to: to, ...words }: Values): Promise<void> => {
    const action = next === "none" ? null : next;
    const transfer_to = action === "transfer" ? to : null;
    const body: ReplyFields = { ...words, action, transfer_to, digit: digit === "none" ? null : Number(digit) };
    await answered(() => (reply === null ? calls.saveReply(body, keyOf(body)) : calls.changeReply(reply.id, body)))();
    await client.invalidateQueries({ queryKey: ["saved-replies"] });
    onDone();
  };
  return (
    <Form form={form} submit={reply === null ? "Save the reply" : "Save"} onSubmit={save}>
      <FormField form={form} name="key" rules={{ required: "Enter a key." }}>
        {(bound) => (
          <TextField label="Key" help="Typed after a slash: hours, refund-sent." maxLength={32} mono {...bound} />
        )}
      </FormField>
      <FormField form={form} name="content" rules={{ required: "Write what is sent." }}>
        {(bound) => (
          <TextArea
            label="Reply"
            help="Markdown. {{visitor_name}}, {{operator_name}} and {{name of a collected value}} are filled in."
            rows={5}
            maxLength={10_000}
            {...bound}
          />
        )}
      </FormField>
      <FormField form={form} name="action">
        {(bound) => (
          <Select
            label="When it was sent"
            options={Object.entries(THEN).map(([value, label]) => ({ value, label }))}
            {...bound}
            onChange={(value) => bound.onChange(value as Values["action"])}
          />
        )}
      </FormField>
      {transfers && <TransferField form={form} />}
      <FormField form={form} name="digit">
        {(bound) => <Select label="Digit" help="This key inserts it in the inbox." options={DIGITS} {...bound} />}
      </FormField>
    </Form>
  );
}

/** The user who gets the conversation. */
function TransferField({ form }: { form: UseFormReturn<Values> }) {
  const api = useCalls(inboxCalls);
  const query = useQuery({ queryKey: ["operators"], queryFn: answered(() => api.operators()) });
  return (
    <QueryView query={query}>
      {({ data }) => (
        <FormField form={form} name="transfer_to" rules={{ required: "Choose somebody." }}>
          {(bound) => (
            <Select
              label="To whom"
              help="People and access tokens that may answer visitors."
              options={data.map(({ id, name }) => ({ value: id, label: name }))}
              {...bound}
            />
          )}
        </FormField>
      )}
    </QueryView>
  );
}
