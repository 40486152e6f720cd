import type { AgentSecretView } from "@parley/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import type { Agent } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useWorkbench } from "../api/use-workbench.js";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { notify } from "../ui/notify.js";
import { QueryView } from "../ui/query-view.js";
import { EmptyState } from "../ui/states.js";
import { Chip } from "../ui/status.js";
import { Time } from "../ui/time.js";
import { Mono } from "../ui/values.js";
import { agentPage } from "./agent-frame.js";
import { SecretDialog } from "./secret-dialog.js";
import styles from "./workbench.module.css";

/** What the agent authenticates with at other servers: names and hosts, never a value. */
export const SecretsTab = agentPage(({ agent }) => <Secrets agent={agent} />);

type Open = { dialog: "set"; secret: AgentSecretView | null } | { dialog: "remove"; secret: AgentSecretView };

function Secrets({ agent }: { agent: Agent }) {
  const api = useWorkbench();
  const queryClient = useQueryClient();
  const queryKey = ["secrets", agent.id];
  const query = useQuery({ queryKey, queryFn: answered(() => api.secrets(agent.id)) });
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const changed = () => queryClient.invalidateQueries({ queryKey });
  const add = (
    <Button look="primary" icon={<Plus />} onClick={() => setOpen({ dialog: "set", secret: null })}>
      Add a secret
    </Button>
  );
  return (
    <>
      <QueryView query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <EmptyState title="No secrets yet" icon={<KeyRound />} action={add}>
              Keys for other servers stand here, not in the document. Write {"{{secret.name}}"} where an api_call needs
              one; its value goes only to the hosts you allow.
            </EmptyState>
          ) : (
            <div className={styles.stack}>
              <div className={styles.bar}>
                <p className={styles.muted}>Nobody can read a value again. Set a new one to rotate it.</p>
                {add}
              </div>
              <ul className={styles.cards} aria-label="Secrets">
                {data.map((secret) => (
                  <SecretRow
                    key={secret.name}
                    secret={secret}
                    onSet={() => setOpen({ dialog: "set", secret })}
                    onRemove={() => setOpen({ dialog: "remove", secret })}
                  />
                ))}
              </ul>
            </div>
          )
        }
      </QueryView>
      {open?.dialog === "set" && (
        <SecretDialog agent={agent} secret={open.secret} onSaved={() => void changed()} onClose={close} />
      )}
      <ConfirmDialog
        open={open?.dialog === "remove"}
        onClose={close}
        title={`Remove ${open?.secret?.name ?? ""}?`}
        consequences={[
          "Its value is gone at once and cannot be brought back.",
          "Calls of the live version that name it fail from the next one on, with api_secret_missing.",
        ]}
        {...(open?.dialog === "remove" && { typed: open.secret.name })}
        action="Remove secret"
        run={async () => {
          await answered(() => api.deleteSecret(agent.id, open?.secret?.name ?? ""))();
          notify.good("The secret is removed.");
          await changed();
        }}
      />
    </>
  );
}

interface SecretRowProps {
  secret: AgentSecretView;
  onSet(): void;
  onRemove(): void;
}

function SecretRow({ secret: { name, hosts, hint, updated_at: set, last_used_at: used }, ...on }: SecretRowProps) {
  return (
    <li className={styles.card}>
      <div className={styles.cardText}>
        <div className={styles.state}>
          <Mono>{name}</Mono>
          {hosts.map((host) => (
            <Chip key={host}>{host}</Chip>
          ))}
        </div>
        <p className={styles.facts}>
          {hint !== null && (
            <span>
              ends in <Mono>{hint.replace("…", "")}</Mono>
            </span>
          )}
          <span>
            set <Time at={set} />
          </span>
          <span>
            {used === null ? (
              "never used"
            ) : (
              <>
                used <Time at={used} />
              </>
            )}
          </span>
        </p>
      </div>
      <div className={styles.actions}>
        <Button small aria-label={`Rotate ${name}`} onClick={on.onSet}>
          Rotate
        </Button>
        <Button small look="danger" aria-label={`Remove ${name}`} onClick={on.onRemove}>
          Remove
        </Button>
      </div>
    </li>
  );
}
