import { session } from "../data/sign-in.js";
import { OwnSessions } from "../view/own-sessions.js";
import { PageHeader } from "../view/page-header.js";
import { SettingsNav } from "../view/settings-nav.js";
import { UserBlock } from "../view/user-block.js";

/** Who manages this tenant, and where the reader is signed in. */
export function UsersPage() {
  return (
    <>
      <PageHeader title="People" lead="Who signs in here, and what they may do." />
      <SettingsNav current="users" />
      <UserBlock />
      {session.value === "live" && <OwnSessions />}
    </>
  );
}
