import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { allPages } from "../api/all-pages.js";
import type { User } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import type { Problem } from "../api/problem.js";
import { answered, unlessRefused } from "../api/query.js";
import { useRepeatKey } from "../api/use-repeat-key.js";
import { announce } from "../app/announcement.js";
import { keepFocus } from "../parts/keep-focus.js";
import { Empty, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { Retired } from "./credential-rows.js";
import { roleLabel } from "./credential-words.js";
import { RoleForm } from "./role-form.js";
import { RoleOptions } from "./role-options.js";

type Asking =
  | { type: "remove"; user: User }
  | { type: "role"; user: User; role: string }
  | { type: "disabled"; user: User; disabled: boolean };

/** The people of this tenant: invite, give another role, disable, remove. */
export function UserBlock() {
  const api = useApi();
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
    announce(`A mail invites ${user.email}.`);
    await query.refetch();
  };
  const confirm = async (wish: Asking): Promise<Problem | null> => {
    const { id } = wish.user;
    const answer = await (wish.type === "remove" ? api.removeUser(id) : api.changeUser(id, changeOf(wish)));
    if (answer.type !== "ok") return answer;
    announce(outcomeOf(wish));
    await query.refetch();
    return null;
  };
  return (
    <section className="block" aria-labelledby="users">
      <div className="block-head wrap">
        <h2 id="users">People</h2>
        {!adding && (
          <button type="button" className="button quiet small" onClick={() => setAdding(true)}>
            Invite somebody
          </button>
        )}
      </div>
      <p className="help block-lead">
        They sign in with their address. A change counts at once, wherever they are signed in.
      </p>
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
      <WhenReady query={query}>{({ data }) => <Users users={data} onAsk={setAsking} />}</WhenReady>
      {asking && <Confirm asking={asking} onConfirm={confirm} onClose={() => setAsking(null)} />}
    </section>
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
        <Empty title="Nobody yet">
          <p>Invite those who look after agents and visitors, each with the smallest role that does.</p>
        </Empty>
      )}
      <ul className="rows">
        {here.map((user) => (
          <li key={user.id} className="row with-actions">
            <div>
              <div className="row-main">
                <h3 className="row-title">{user.name ?? user.email}</h3>
                {user.status === "invited" && <span className="chip warning">Invited</span>}
                {user.status === "disabled" && <span className="chip">Disabled</span>}
                {user.me && <span className="chip active">You</span>}
              </div>
              <p className="row-facts">
                {user.name !== null && <span>{user.email}</span>}
                {user.last_seen_at === null ? (
                  <span>never signed in</span>
                ) : (
                  <span>
                    seen <Time value={user.last_seen_at} />
                  </span>
                )}
              </p>
            </div>
            <div className="actions">
              <label className="visually-hidden" htmlFor={`role-${user.id}`}>
                Role of {user.name ?? user.email}
              </label>
              <select
                id={`role-${user.id}`}
                className="input small"
                value={user.role}
                onChange={(event) => {
                  const role = event.currentTarget.value;
                  // It shows what is, until the change was confirmed.
                  event.currentTarget.value = user.role;
                  onAsk({ type: "role", user, role });
                }}
              >
                <RoleOptions />
              </select>
              <button
                type="button"
                className="button quiet small"
                onClick={() => onAsk({ type: "disabled", user, disabled: user.status !== "disabled" })}
              >
                {user.status === "disabled" ? "Enable" : "Disable"}
                <span className="visually-hidden"> {user.name ?? user.email}</span>
              </button>
              <button
                type="button"
                className="button quiet small risky"
                onClick={() => onAsk({ type: "remove", user })}
              >
                Remove<span className="visually-hidden"> {user.name ?? user.email}</span>
              </button>
            </div>
          </li>
        ))}
      </ul>
      <Retired
        items={gone.map(({ id, name, email }) => ({ id, name: name ?? email, hint: email, state: "Removed" }))}
        noun="removed person"
      />
    </>
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
  const own = user.me ? [<strong key="own">This is you. You may not be able to take it back.</strong>] : [];
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
