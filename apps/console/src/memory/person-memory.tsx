import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { answered } from "../api/query.js";
import { type MemoryView, memoryCalls } from "../api/trust-calls.js";
import { useCalls } from "../api/use-calls.js";
import styles from "../trust/trust.module.css";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { Form, FormField } from "../ui/form.js";
import { notify } from "../ui/notify.js";
import { QueryView } from "../ui/query-view.js";
import { TextArea } from "../ui/text-field.js";
import { MemoryHistory } from "./memory-history.js";

interface PersonProps {
  agent: string;
  address: string;
  onGone: () => void;
}

/** What an agent remembers of one person: to correct, to restore, to delete. */
export function PersonMemory({ agent, address, onGone }: PersonProps) {
  const calls = useCalls(memoryCalls);
  const client = useQueryClient();
  const [forgetting, setForgetting] = useState(false);
  const query = useQuery({
    queryKey: ["memory", agent, address],
    queryFn: answered(() => calls.memory(agent, address)),
    gcTime: 0,
  });
  return (
    <QueryView query={query}>
      {(memory) => (
        <>
          {/* A newer revision starts from another text. */}
          <Texts key={memory.revision} agent={agent} memory={memory} />
          <MemoryHistory agent={agent} memory={memory} />
          <section className={styles.part}>
            <div className={styles.actions}>
              <Button look="danger" onClick={() => setForgetting(true)}>
                Forget this person
              </Button>
            </div>
          </section>
          <ConfirmDialog
            open={forgetting}
            onClose={() => setForgetting(false)}
            title={`Forget ${address}?`}
            consequences={[
              "The summary, the notes and their history are deleted now and cannot be brought back.",
              "Transcripts stay until their own retention ends. To remove everything, erase the person under Privacy.",
              "If the person goes on talking, the agent begins to remember anew.",
            ]}
            action="Forget"
            run={async () => {
              await answered(() => calls.forgetMemory(agent, address))();
              onGone();
              notify.good(`${address} is forgotten.`);
              await client.invalidateQueries({ queryKey: ["memories", agent] });
            }}
          />
        </>
      )}
    </QueryView>
  );
}

interface Values {
  summary: string;
  notes: string;
}

function Texts({ agent, memory }: { agent: string; memory: MemoryView }) {
  const calls = useCalls(memoryCalls);
  const client = useQueryClient();
  const form = useForm<Values>({ defaultValues: { summary: memory.summary ?? "", notes: memory.notes ?? "" } });
  const save = async ({ summary, notes }: Values): Promise<void> => {
    const { address, revision } = memory;
    await answered(() => calls.setMemory(agent, address, { summary, notes, revision }))();
    notify.good("Saved. It holds from the next message on.");
    await Promise.all(
      [
        ["memory", agent, address],
        ["memories", agent],
      ].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
  };
  return (
    <section className={styles.part}>
      <Form form={form} submit="Save" onSubmit={save}>
        <FormField form={form} name="summary">
          {(bound) => (
            <TextArea
              label="Summary"
              help="Generated from the conversations and updated as they continue."
              rows={4}
              maxLength={4_000}
              {...bound}
            />
          )}
        </FormField>
        <FormField form={form} name="notes">
          {(bound) => (
            <TextArea
              label="Notes"
              help="Written by you or by the agent's workflow; summaries do not change them."
              rows={3}
              maxLength={4_000}
              {...bound}
            />
          )}
        </FormField>
      </Form>
    </section>
  );
}
