import { session } from "../app/sign-in.js";
import { useStore } from "../app/store.js";
import { PageHeader } from "../ui/page-header.js";
import { OwnSessions } from "./own-sessions.js";
import { SettingsNav } from "./settings-nav.js";
import { UserBlock } from "./user-block.js";

/** The users of this tenant, and the user's own sessions. */
export function UsersPage() {
  const live = useStore(session) === "live";
  return (
    <>
      <PageHeader title="People" lead="Who signs in here, and what they may do." />
      <SettingsNav />
      <UserBlock />
      {live && <OwnSessions />}
    </>
  );
}
