import { PageHeader } from "../ui/page-header.js";
import { KeyBlock } from "./key-block.js";
import { SettingsNav } from "./settings-nav.js";
import { TokenBlock } from "./token-block.js";

/** Credentials for the APIs of this tenant. */
export function CredentialsPage() {
  return (
    <>
      <PageHeader title="Keys and tokens" lead="What opens the APIs. Secrets are shown once, when they are made." />
      <SettingsNav />
      <TokenBlock />
      <KeyBlock />
    </>
  );
}
