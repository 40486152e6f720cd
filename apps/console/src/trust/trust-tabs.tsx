import { Tab, Tabs } from "../ui/tabs.js";

/** Who did what, and what is kept of whom. */
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
