import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { allPages } from "../api/all-pages.js";
import type { User } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { answered, unlessRefused } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { useRepeatKey } from "../api/use-repeat-key.js";
import { userCalls } from "../api/user-calls.js";
import { Block, Row, Rows } from "../ui/block.js";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { keepFocus } from "../ui/keep-focus.js";
import { notify } from "../ui/notify.js";
import { QueryView } from "../ui/query-view.js";
import { Select } from "../ui/select.js";
import { EmptyState } from "../ui/states.js";
import { Chip, Status } from "../ui/status.js";
import { Time } from "../ui/time.js";
import { Retired } from "./credential-rows.js";
import { ROLES, roleLabel } from "./credential-words.js";
import { RoleForm } from "./role-form.js";
import styles from "./settings.module.css";

const ROLE_OPTIONS = ROLES.map(({ value, label }) => ({ value: value as string, label }));

type Asking =
  | { type: "remove"; user: User }
  | { type: "role"; user: User; role: string }
  | { type: "disabled"; user: User; disabled: boolean };

/** The users of this tenant: invite, change the role, disable, remove. */
export function UserBlock() {
  const api = useCalls(userCalls);
  const keyOf = useRepeatKey();
  const query = useQuery({ queryKey: ["users"], queryFn: answered(() => allPages((cursor) => api.users(cursor))) });
  const [adding, setAdding] = useState(false);
  const [asking, setAsking] = useState<Asking | null>(null);
  const close = (): void => {
    setAdding(false);
    keepFocus();
  };
  const invited = async (user: User): Promise<void> => {
    setAdding(false);
    notify.good(`A mail invites ${user.email}.`);
    await query.refetch();
  };
  const confirm = async (wish: Asking): Promise<Problem | null> => {
    const { id } = wish.user;
    const answer = await (wish.type === "remove" ? api.removeUser(id) : api.changeUser(id, changeOf(wish)));
    if (answer.type !== "ok") return answer;
    notify.good(outcomeOf(wish));
    await query.refetch();
    return null;
  };
  return (
    <Block
      title="People"
      lead="They sign in with their address. A change counts at once, wherever they are signed in."
      actions={
        <Button look="primary" onClick={() => setAdding(true)}>
          Invite somebody
        </Button>
      }
    >
      {adding && (
        <RoleForm
          title="Invite somebody"
          submit="Send the invitation"
          person
          onSubmit={async ({ email, name, role }) => {
            const body = { email, role, ...(name === "" ? {} : { name }) };
            await invited(await answered(() => api.inviteUser(body, keyOf(body)))());
          }}
          onClose={close}
        />
      )}
      <QueryView query={query}>{({ data }) => <Users users={data} onAsk={setAsking} />}</QueryView>
      {asking && <Confirm asking={asking} onConfirm={confirm} onClose={() => setAsking(null)} />}
    </Block>
  );
}

const changeOf = (wish: Exclude<Asking, { type: "remove" }>) =>
  wish.type === "role" ? { role: wish.role } : { disabled: wish.disabled };

function outcomeOf(wish: Asking): string {
  const { email } = wish.user;
  if (wish.type === "remove") return `${email} is removed.`;
  if (wish.type === "role") return `${email} is ${roleLabel(wish.role)} now.`;
  return wish.disabled ? `${email} is disabled and signed out.` : `${email} may sign in again.`;
}

function Users({ users, onAsk }: { users: User[]; onAsk(asking: Asking): void }) {
  const here = users.filter(({ status }) => status !== "removed");
  const gone = users.filter(({ status }) => status === "removed");
  return (
    <>
      {here.length === 0 && (
        <EmptyState title="Nobody yet">
          Invite the people who manage agents and answer visitors, each with the lowest sufficient role.
        </EmptyState>
      )}
      <Rows>
        {here.map((user) => (
          <UserRow key={user.id} user={user} onAsk={onAsk} />
        ))}
      </Rows>
      <Retired
        items={gone.map(({ id, name, email }) => ({ id, name: name ?? email, hint: email, state: "Removed" }))}
        noun="removed person"
      />
    </>
  );
}

function UserRow({ user, onAsk }: { user: User; onAsk(asking: Asking): void }) {
  const name = user.name ?? user.email;
  const isOff = user.status === "disabled";
  const word = isOff ? "Enable" : "Disable";
  return (
    <Row
      title={name}
      beside={
        <>
          {user.status === "invited" && <Status tone="warn">Invited</Status>}
          {isOff && <Status>Disabled</Status>}
          {user.me && <Chip tone="accent">You</Chip>}
        </>
      }
      facts={[
        user.name !== null && user.email,
        user.last_seen_at === null ? (
          "never signed in"
        ) : (
          <>
            seen <Time at={user.last_seen_at} />
          </>
        ),
      ]}
      actions={
        <>
          <div className={styles.role}>
            {/* It shows the current value until the change was confirmed. */}
            <Select
              label={`Role of ${name}`}
              hideLabel
              options={ROLE_OPTIONS}
              value={user.role}
              onChange={(role) => onAsk({ type: "role", user, role })}
            />
          </div>
          <Button aria-label={`${word} ${name}`} onClick={() => onAsk({ type: "disabled", user, disabled: !isOff })}>
            {word}
          </Button>
          <Button look="danger" aria-label={`Remove ${name}`} onClick={() => onAsk({ type: "remove", user })}>
            Remove
          </Button>
        </>
      }
    />
  );
}

interface ConfirmProps {
  asking: Asking;
  onConfirm(wish: Asking): Promise<Problem | null>;
  onClose(): void;
}

function Confirm({ asking, onConfirm, onClose }: ConfirmProps) {
  const { user } = asking;
  const name = user.name ?? user.email;
  const own = user.me ? [<strong key="own">This is you. You may not be able to undo it.</strong>] : [];
  if (asking.type === "remove")
    return (
      <ConfirmDialog
        open
        onClose={onClose}
        title={`Remove ${name}?`}
        {...(user.status === "disabled"
          ? {}
          : {
              milder: {
                text: "Disabled, they cannot sign in either, and you can let them in again with a click.",
                action: "Disable instead",
                run: () => unlessRefused(onConfirm({ type: "disabled", user, disabled: true })),
              },
            })}
        consequences={[
          ...own,
          "They are signed out everywhere at once, and can no longer sign in.",
          "What they made stays, with their name in the audit. They can be invited again.",
        ]}
        action="Remove"
        run={() => unlessRefused(onConfirm(asking))}
      />
    );
  if (asking.type === "disabled")
    return (
      <ConfirmDialog
        open
        onClose={onClose}
        title={`${asking.disabled ? "Disable" : "Enable"} ${name}?`}
        consequences={
          asking.disabled
            ? [
                ...own,
                "They are signed out everywhere at once, and cannot sign in until somebody enables them.",
                "What they made stays. Tokens are for programs and go on working.",
              ]
            : [`They may sign in again, as ${roleLabel(user.role)}.`]
        }
        action={asking.disabled ? "Disable" : "Enable"}
        run={() => unlessRefused(onConfirm(asking))}
      />
    );
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Make ${name} ${roleLabel(asking.role)}?`}
      consequences={[...own, "It counts at once, wherever they are signed in."]}
      action="Change the role"
      run={() => unlessRefused(onConfirm(asking))}
    />
  );
}
