import { type FormEvent, useRef, useState } from "react";
import type { HostIdentity, PublicLink } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { useLinkApi } from "../api/use-link-api.js";
import { announce } from "../app/announcement.js";
import { Field, focusFirst } from "../parts/field.js";
import { ProblemCard } from "../parts/states.js";

interface PublicKeysProps {
  agent: string;
  link: PublicLink;
  settings: HostIdentity;
  onChange(settings: HostIdentity): void;
}

/** Public keys of the embedding site, in place of a shared secret: an address where it publishes them, or one key. */
export function PublicKeys({ agent, link, settings, onChange }: PublicKeysProps) {
  const api = useLinkApi();
  const [address, setAddress] = useState(settings.jwks_url ?? "");
  const [key, setKey] = useState(settings.public_key ?? "");
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  // Only how it begins: afterwards it is the reader who opens and closes it.
  const startsOpen = useRef(settings.jwks_url !== null || settings.public_key !== null).current;
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const body = { jwks_url: address.trim() || null, public_key: key.trim() || null };
    const answer = await api.setHostIdentity(agent, link.id, body);
    if (answer.type === "ok") {
      setWrong({});
      setProblem(null);
      announce("The keys are saved.");
      return onChange(answer.value);
    }
    const findings = Object.fromEntries(answer.fields.map(({ field, message }) => [field, message]));
    setWrong(findings);
    setProblem(answer.fields.length === 0 ? answer : null);
    focusFirst(findings);
  };
  return (
    <details className="fold" open={startsOpen}>
      <summary>Public keys of your site</summary>
      <form className="form-stack" onSubmit={(event) => void save(event)}>
        <Field
          name="jwks_url"
          label="Address of a JWK set"
          help="For RS256, ES256 or EdDSA. The keys are read from there, and again when one is new."
          problem={wrong.jwks_url}
        >
          {(control) => (
            <input
              {...control}
              className="input mono"
              inputMode="url"
              placeholder="https://www.example.com/.well-known/jwks.json"
              value={address}
              onChange={(event) => setAddress(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field name="public_key" label="Or one public key (PEM)" problem={wrong.public_key}>
          {(control) => (
            <textarea
              {...control}
              className="input mono"
              rows={4}
              value={key}
              onChange={(event) => setKey(event.currentTarget.value)}
            />
          )}
        </Field>
        {problem && <ProblemCard problem={problem} />}
        <div className="actions start">
          <button type="submit" className="button quiet small">
            Save the keys
          </button>
        </div>
      </form>
    </details>
  );
}
