import { useForm } from "react-hook-form";
import type { HostIdentity, PublicLink } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { Fold } from "../ui/block.js";
import { Form, FormField } from "../ui/form.js";
import { notify } from "../ui/notify.js";
import { TextArea, TextField } from "../ui/text-field.js";

interface PublicKeysProps {
  agent: string;
  link: PublicLink;
  settings: HostIdentity;
  onChange(settings: HostIdentity): void;
}

/** Public keys of the embedding site, instead of a shared secret: an address where it publishes them, or one key. */
export function PublicKeys({ agent, link, settings, onChange }: PublicKeysProps) {
  const api = useLinkApi();
  const form = useForm({
    defaultValues: { jwks_url: settings.jwks_url ?? "", public_key: settings.public_key ?? "" },
  });
  return (
    <Fold title="Public keys of your site" startsOpen={settings.jwks_url !== null || settings.public_key !== null}>
      <Form
        form={form}
        submit="Save the keys"
        onSubmit={async ({ jwks_url: address, public_key: key }) => {
          const body = { jwks_url: address.trim() || null, public_key: key.trim() || null };
          const saved = await answered(() => api.setHostIdentity(agent, link.id, body))();
          notify.good("The keys are saved.");
          onChange(saved);
        }}
      >
        <FormField form={form} name="jwks_url">
          {(bound) => (
            <TextField
              label="Address of a JWK set"
              help="For RS256, ES256 or EdDSA. The keys are read from there, and again when one is new."
              type="url"
              mono
              placeholder="https://www.example.com/.well-known/jwks.json"
              {...bound}
            />
          )}
        </FormField>
        <FormField form={form} name="public_key">
          {(bound) => <TextArea label="Or one public key (PEM)" mono rows={4} {...bound} />}
        </FormField>
      </Form>
    </Fold>
  );
}
