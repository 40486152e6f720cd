import styles from "../trust/trust.module.css";
import { PageHeader } from "../ui/page-header.js";
import { Tab, Tabs } from "../ui/tabs.js";
import { LinkDeliveries } from "./link-deliveries.js";
import { WebhookDeliveries } from "./webhook-deliveries.js";

/** Deliveries of all links. */
export function LinkDeliveriesPage() {
  return (
    <>
      <Head lead="Links that were sent to people, and who was not reached." />
      <LinkDeliveries />
    </>
  );
}

/** Deliveries of all webhooks. */
export function WebhookDeliveriesPage() {
  return (
    <>
      <Head lead="What your servers were told, and what they answered." />
      <WebhookDeliveries />
    </>
  );
}

function Head({ lead }: { lead: string }) {
  return (
    <>
      <PageHeader title="Deliveries" lead={lead} />
      <div className={styles.tabs}>
        <Tabs label="Deliveries">
          <Tab to="/deliveries" activeOptions={{ exact: true, includeSearch: false }}>
            Links
          </Tab>
          <Tab to="/deliveries/webhooks">Webhooks</Tab>
        </Tabs>
      </div>
    </>
  );
}
