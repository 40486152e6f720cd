import { type FormEvent, useEffect, useState } from "react";
import { credentialCalls } from "../api/settings-calls.js";
import { useCalls } from "../api/use-calls.js";
import { useSending } from "../api/use-sending.js";
import { Field, focusFirst } from "../parts/field.js";
import { FormEnd } from "../parts/form-end.js";
import { SCOPES } from "./credential-words.js";

export interface MadeKey {
  name: string;
  keyId: string;
  secret: string;
}

/** Asks for what a signing key needs. */
export function NewKey({ onMade, onCancel }: { onMade(made: MadeKey): void; onCancel(): void }) {
  const api = useCalls(credentialCalls);
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<ReadonlySet<string>>(new Set(["chat", "read"]));
  const [nonce, setNonce] = useState(false);
  const [own, setOwn] = useState<Record<string, string>>({});
  const { busy, problem, wrong, send } = useSending(focusFirst);
  useEffect(() => focusFirst({ "key-name": "" }), []);
  const choose = (scope: string, on: boolean): void => {
    const after = new Set(scopes);
    if (on) after.add(scope);
    else after.delete(scope);
    setScopes(after);
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const found: Record<string, string> = {};
    if (name.trim() === "") found["key-name"] = "Say which server or program it is for.";
    if (scopes.size === 0) found["key-scopes"] = "Choose at least one.";
    setOwn(found);
    if (Object.keys(found).length > 0) return focusFirst(found);
    const chosen = SCOPES.map(({ value }) => value).filter((one) => scopes.has(one));
    const body = { name: name.trim(), scopes: chosen, require_nonce: nonce };
    const made = await send(body, (key) => api.createKey(body, key));
    if (made !== null) onMade({ name: body.name, keyId: made.key_id, secret: made.secret });
  };
  return (
    <form className="form new-credential" noValidate onSubmit={(event) => void submit(event)}>
      <fieldset>
        <legend>New signing key</legend>
        <div className="form-stack">
          <Field
            name="key-name"
            label="Name"
            help="Which server signs with it."
            problem={own["key-name"] ?? wrong.name}
          >
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
          <fieldset className="plain" aria-describedby="key-scopes-problem">
            <legend>What it may do</legend>
            {SCOPES.map(({ value, label, may }, index) => (
              <label key={value} className="check">
                <input
                  {...(index === 0 ? { id: "field-key-scopes" } : {})}
                  type="checkbox"
                  checked={scopes.has(value)}
                  onChange={(event) => choose(value, event.currentTarget.checked)}
                />
                <span>
                  {label} <span className="fact-note">{may}</span>
                </span>
              </label>
            ))}
            <p id="key-scopes-problem" className="field-problem">
              {own["key-scopes"] ?? wrong.scopes}
            </p>
          </fieldset>
          <label className="check">
            <input type="checkbox" checked={nonce} onChange={(event) => setNonce(event.currentTarget.checked)} />
            <span>
              Require a nonce{" "}
              <span className="fact-note">
                requests without X-Nonce are refused, so that a captured one can do nothing
              </span>
            </span>
          </label>
        </div>
      </fieldset>
      <FormEnd problem={problem} busy={busy} action="Create the key" doing="Creating…" cancel={onCancel} />
    </form>
  );
}
