import { Tab, Tabs } from "../ui/tabs.js";

/** The audit log, and the stored data of people. */
export function TrustTabs() {
  return (
    <Tabs label="Trust">
      <Tab to="/audit">Audit</Tab>
      <Tab to="/privacy">Privacy</Tab>
      <Tab to="/memory/{-$agent}" params={{ agent: undefined }}>
        Memory
      </Tab>
    </Tabs>
  );
}
