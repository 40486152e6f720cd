import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import type { Agent } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useWorkbench } from "../api/use-workbench.js";
import { Button } from "../ui/button.js";
import { Checkbox, RadioGroup } from "../ui/choices.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { Form, FormField } from "../ui/form.js";
import { notify } from "../ui/notify.js";
import { TextArea, TextField } from "../ui/text-field.js";
import { agentPage } from "./agent-frame.js";
import { MCP_TOOLS, toolWords } from "./mcp-tools.js";
import styles from "./workbench.module.css";

/** Settings beside the versions: its name, what AI clients may do with it, and its deletion. */
export const SettingsTab = agentPage(({ agent, onChange }) => (
  <>
    <AgentForm key={agent.updated_at} agent={agent} onChange={onChange} />
    <Removal agent={agent} />
  </>
));

interface Values {
  name: string;
  description: string;
  mcp: "all" | "some";
  tools: readonly string[];
}

function AgentForm({ agent, onChange }: { agent: Agent; onChange(): Promise<unknown> }) {
  const api = useWorkbench();
  const queryClient = useQueryClient();
  const form = useForm<Values>({
    defaultValues: {
      ...{ name: agent.name, description: agent.description ?? "", tools: agent.mcp_tools ?? MCP_TOOLS },
      mcp: agent.mcp_tools === null ? "all" : "some",
    },
  });
  const save = async ({ name, description, mcp, tools }: Values): Promise<void> => {
    const body = { name, description: description.trim() || null, mcp_tools: mcp === "all" ? null : [...tools] };
    await answered(() => api.updateAgent(agent.id, body))();
    notify.good("Saved.");
    await onChange();
    await queryClient.invalidateQueries({ queryKey: ["agents"] });
  };
  return (
    <div className={styles.form}>
      <Form form={form} submit="Save settings" onSubmit={save}>
        <FormField form={form} name="name" rules={{ required: "Enter a name." }}>
          {(bound) => <TextField label="Name" help={`Its name in addresses stays ${agent.slug}.`} {...bound} />}
        </FormField>
        <FormField form={form} name="description">
          {(bound) => <TextArea label="Description" help="For the team; visitors never see it." {...bound} />}
        </FormField>
        <FormField form={form} name="mcp">
          {(bound) => (
            <RadioGroup
              label="MCP tools"
              help="What AI clients that are connected to this server may do with this agent, its links and its sessions."
              options={[
                { value: "all", label: "All tools, also those of later releases" },
                { value: "some", label: "Only these" },
              ]}
              {...bound}
            />
          )}
        </FormField>
        {form.watch("mcp") === "some" && (
          <FormField form={form} name="tools">
            {(bound) => <Tools value={bound.value} onChange={bound.onChange} />}
          </FormField>
        )}
      </Form>
    </div>
  );
}

function Tools({ value, onChange }: { value: readonly string[]; onChange(tools: readonly string[]): void }) {
  return (
    <fieldset className={styles.tools}>
      <legend className="visually-hidden">Tools</legend>
      {MCP_TOOLS.map((tool) => (
        <Checkbox
          key={tool}
          label={toolWords(tool)}
          value={value.includes(tool)}
          onChange={(on) => onChange(on ? [...value, tool] : value.filter((other) => other !== tool))}
        />
      ))}
    </fieldset>
  );
}

function Removal({ agent }: { agent: Agent }) {
  const api = useWorkbench();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const remove = (force: boolean) => async (): Promise<void> => {
    await answered(() => api.deleteAgent(agent.id, force))();
    notify.good(`${agent.name} is removed.`);
    await navigate({ to: "/agents" });
    await queryClient.invalidateQueries({ queryKey: ["agents"] });
  };
  return (
    <section className={styles.danger} aria-labelledby="remove-title">
      <h2 id="remove-title" className={styles.title}>
        Remove this agent
      </h2>
      <p className={styles.muted}>
        Its versions, drafts, links, knowledge and secrets go. Conversations stay and can be read. To only close it,
        switch its links off under Access.
      </p>
      <Button look="danger" onClick={() => setOpen(true)}>
        Remove agent…
      </Button>
      <ConfirmDialog
        open={open}
        onClose={() => setOpen(false)}
        title={`Remove ${agent.name}?`}
        consequences={[
          "Its links stop working at once, and conversations that run are ended.",
          "Its versions, drafts, knowledge and secrets are removed for good.",
          "Conversations that took place stay, as long as your retention keeps them.",
        ]}
        milder={{
          text: "Remove it only if unused: refused while it has live links or conversations.",
          action: "Remove if unused",
          run: remove(false),
        }}
        typed={agent.name}
        action="End all and remove"
        run={remove(true)}
      />
    </section>
  );
}
