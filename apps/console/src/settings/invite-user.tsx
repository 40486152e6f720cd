import { type FormEvent, useEffect, useState } from "react";
import type { User } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { useSending } from "../api/use-sending.js";
import { Field, focusFirst } from "../parts/field.js";
import { FormEnd } from "../parts/form-end.js";
import { ROLES } from "./credential-words.js";
import { RoleOptions } from "./role-options.js";

/** Address, name and role of somebody who may sign in from now on. */
export function InviteUser({ onInvited, onCancel }: { onInvited(user: User): void; onCancel(): void }) {
  const api = useApi();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState("operator");
  const [missing, setMissing] = useState(false);
  const { busy, problem, wrong, send } = useSending(focusFirst);
  useEffect(() => focusFirst({ email: "" }), []);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setMissing(email.trim() === "");
    if (email.trim() === "") return focusFirst({ email: "" });
    const body = { email: email.trim(), role, ...(name.trim() !== "" && { name: name.trim() }) };
    const user = await send(body, (key) => api.inviteUser(body, key));
    if (user !== null) onInvited(user);
  };
  return (
    <form className="form new-credential" noValidate onSubmit={(event) => void submit(event)}>
      <fieldset>
        <legend>Invite somebody</legend>
        <Field
          name="email"
          label="E-mail address"
          help="A mail tells them; they sign in with this address."
          problem={missing ? "Say whom to invite." : wrong.email}
        >
          {(control) => (
            <input
              {...control}
              className="input"
              type="email"
              autoComplete="off"
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
          )}
        </Field>
        <div className="form-pair">
          <Field name="name" label="Name" help="Optional." problem={wrong.name}>
            {(control) => (
              <input
                {...control}
                className="input"
                maxLength={200}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
              />
            )}
          </Field>
          <Field
            name="role"
            label="Role"
            help={`Who has it ${ROLES.find(({ value }) => value === role)?.may ?? ""}.`}
            problem={wrong.role}
          >
            {(control) => (
              <select
                {...control}
                className="input"
                value={role}
                onChange={(event) => setRole(event.currentTarget.value)}
              >
                <RoleOptions />
              </select>
            )}
          </Field>
        </div>
      </fieldset>
      <FormEnd problem={problem} busy={busy} action="Send the invitation" doing="Sending…" cancel={onCancel} />
    </form>
  );
}
