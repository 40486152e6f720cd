import { useQuery } from "@tanstack/react-query";
import { useApi } from "../api/api-context.js";
import { whoQuery } from "../app/who.js";
import { Tab, Tabs } from "../ui/tabs.js";
import styles from "./settings.module.css";

/** Navigation of the settings; pages that the role may not read are left out. */
export function SettingsNav() {
  const role = useQuery(whoQuery(useApi())).data?.role;
  const edits = role !== "viewer" && role !== "operator";
  return (
    <div className={styles.nav}>
      <Tabs label="Settings">
        <Tab to="/settings/webhooks">Webhooks</Tab>
        <Tab to="/settings/credentials">Keys and tokens</Tab>
        <Tab to="/settings/people">People</Tab>
        {role === "viewer" ? null : <Tab to="/settings/replies">Saved replies</Tab>}
        {edits ? (
          <>
            <Tab to="/settings/messages">Messages</Tab>
            <Tab to="/settings/alerts">Alerts</Tab>
            <Tab to="/settings/do-not-contact">Do not contact</Tab>
          </>
        ) : null}
        {edits && role !== "editor" ? (
          <>
            <Tab to="/settings/dead-letters">Dead letters</Tab>
            <Tab to="/settings/installation">Retention and sign-in</Tab>
          </>
        ) : null}
      </Tabs>
    </div>
  );
}
