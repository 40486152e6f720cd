import { Bell, BellOff } from "lucide-react";
import { useState } from "react";
import { useStore } from "../app/store.js";
import { Button } from "../ui/button.js";
import { Switch } from "../ui/choices.js";
import { onDemand } from "../ui/on-demand.js";
import { Popover } from "../ui/popover.js";
import { TextField } from "../ui/text-field.js";
import { alertChoice, chooseAlerts } from "./alert-choice.js";
import styles from "./inbox.module.css";
import { nameOperator, operatorName } from "./operator-name.js";

const PushSwitch = onDemand(async () => (await import("./push-switch.js")).PushSwitch);

/** Preferences of the operator: the name shown to visitors, and notifications. */
export function Alerts({ named }: { named: boolean }) {
  const choice = useStore(alertChoice);
  const [name, setName] = useState(operatorName.get);
  const on = choice.sound || choice.desktop;
  return (
    <div className={styles.tools}>
      {named && (
        <TextField
          label="Your name, as visitors read it"
          placeholder="A person"
          maxLength={200}
          value={name}
          onChange={setName}
          onBlur={() => nameOperator(name)}
        />
      )}
      <Popover
        trigger={<Button icon={on ? <Bell /> : <BellOff />}>Alerts</Button>}
        title="When a visitor waits"
        align="end"
      >
        <div className={styles.alerts}>
          <Switch
            label="Play a sound"
            value={choice.sound}
            onChange={(sound) => {
              chooseAlerts({ ...choice, sound });
              if (sound) void import("./ring.js").then(({ chime }) => chime());
            }}
          />
          <Desktop />
          <PushSwitch />
          <p className={styles.fine}>In this browser. Notifications say that a visitor is waiting, never who.</p>
        </div>
      </Popover>
    </div>
  );
}

/** The browser asks only after a click; a decision can only be changed in its own settings. */
function Desktop() {
  const choice = useStore(alertChoice);
  const known = typeof Notification !== "undefined";
  const [permission, setPermission] = useState(known ? Notification.permission : "denied");
  if (!known) return <p className={styles.fine}>This browser shows no desktop notifications here.</p>;
  if (permission === "denied") {
    return (
      <p className={styles.fine}>Desktop notifications are blocked for this site in the settings of the browser.</p>
    );
  }
  const change = async (desktop: boolean): Promise<void> => {
    const allowed = desktop && permission === "default" ? await Notification.requestPermission() : permission;
    setPermission(allowed);
    chooseAlerts({ ...choice, desktop: desktop && allowed === "granted" });
  };
  return (
    <Switch
      label="Show a desktop notification"
      value={choice.desktop && permission === "granted"}
      onChange={(desktop) => void change(desktop)}
    />
  );
}
