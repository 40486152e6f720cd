import { Keyboard, LogOut, Monitor, Moon, Sun, UserRound } from "lucide-react";
import type { ReactElement } from "react";
import { useApi } from "../api/api-context.js";
import { pushCalls } from "../api/push-calls.js";
import { useCalls } from "../api/use-calls.js";
import { runShortcut } from "../keys/registry.js";
import { Link } from "../ui/link.js";
import { Menu, MenuItem, MenuLine, MenuLink } from "../ui/menu.js";
import { setTheme, type Theme, useTheme } from "../ui/theme.js";
import { leave } from "./leave.js";

const NEXT: Record<Theme, { theme: Theme; label: string; icon: ReactElement }> = {
  auto: { theme: "light", label: "Colours: as the system", icon: <Monitor /> },
  light: { theme: "dark", label: "Colours: light", icon: <Sun /> },
  dark: { theme: "auto", label: "Colours: dark", icon: <Moon /> },
};

/** What belongs to the signed-in user. */
export function PersonMenu({ trigger }: { trigger: ReactElement<Record<string, unknown>> }) {
  const api = useApi();
  const push = useCalls(pushCalls);
  const { theme, label, icon } = NEXT[useTheme()];
  return (
    <Menu label="Account" trigger={trigger} defaultOpen>
      <MenuLink link={<Link to="/settings/people" />} icon={<UserRound />}>
        People and sessions
      </MenuLink>
      <MenuItem onSelect={() => setTheme(theme)} icon={icon}>
        {label}
      </MenuItem>
      <MenuItem onSelect={() => runShortcut("sheet")} icon={<Keyboard />} shortcut="sheet">
        Keyboard shortcuts
      </MenuItem>
      <MenuLine />
      <MenuItem onSelect={() => void leave(api, push)} icon={<LogOut />}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
