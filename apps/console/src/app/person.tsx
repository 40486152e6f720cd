import { useQuery } from "@tanstack/react-query";
import { ChevronsUpDown, Keyboard } from "lucide-react";
import { type ComponentProps, cloneElement, useState } from "react";
import type { WhoAmI } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { runShortcut } from "../keys/registry.js";
import { Avatar } from "../ui/avatar.js";
import { onDemand } from "../ui/on-demand.js";
import { Pressed } from "./pressed.js";
import styles from "./shell.module.css";
import { whoQuery } from "./who.js";

const PersonMenu = onDemand(
  async () => (await import("./person-menu.js")).PersonMenu,
  ({ trigger }) => cloneElement(trigger, { "aria-busy": true }),
);

/** At the bottom of the navigation: keyboard shortcuts, and the signed-in user. */
export function Person() {
  return (
    <>
      <button type="button" className={styles.keys} onClick={() => runShortcut("sheet")}>
        <Keyboard className="icon" aria-hidden="true" />
        Shortcuts
        <Pressed shortcut="sheet" />
      </button>
      <Account />
    </>
  );
}

/** The signed-in user and role; the menu is loaded on the first press. */
function Account() {
  const [wanted, setWanted] = useState(false);
  const who = useQuery(whoQuery(useApi())).data;
  if (!wanted) return <PersonButton who={who} aria-haspopup="menu" onClick={() => setWanted(true)} />;
  return <PersonMenu trigger={<PersonButton who={who} />} />;
}

function PersonButton({ who, ...rest }: ComponentProps<"button"> & { who: WhoAmI | undefined }) {
  const name = who === undefined ? "Signed in" : (who.user?.name ?? who.user?.email ?? "Access token");
  return (
    <button type="button" {...rest} className={styles.person}>
      <span className="visually-hidden">Account: </span>
      <Avatar name={name} size={28} />
      <span className={styles.who}>
        <span className={styles.name}>{name}</span>
        <span className={styles.role}>{who?.role ?? " "}</span>
      </span>
      <ChevronsUpDown className="icon" aria-hidden="true" />
    </button>
  );
}
