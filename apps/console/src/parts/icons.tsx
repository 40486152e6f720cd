import { Icon } from "@parley/web-kit";

export const OverviewIcon = () => (
  <Icon>
    <rect x="3" y="3" width="6" height="7" rx="1.5" />
    <rect x="11" y="3" width="6" height="4" rx="1.5" />
    <rect x="3" y="12.5" width="6" height="4.5" rx="1.5" />
    <rect x="11" y="9.5" width="6" height="7.5" rx="1.5" />
  </Icon>
);
export const AgentIcon = () => (
  <Icon>
    <rect x="3.5" y="6.5" width="13" height="10" rx="3" />
    <path d="M10 6.5V3.5M7.5 11v1M12.5 11v1" />
  </Icon>
);
export const LinkIcon = () => (
  <Icon>
    <path d="M8.5 11.5a3 3 0 0 0 4.2 0l3-3a3 3 0 0 0-4.2-4.2l-1 1M11.5 8.5a3 3 0 0 0-4.2 0l-3 3a3 3 0 0 0 4.2 4.2l1-1" />
  </Icon>
);
export const SessionIcon = () => (
  <Icon>
    <path d="M4 4.5h12a1.5 1.5 0 0 1 1.5 1.5v6.5A1.5 1.5 0 0 1 16 14H9l-4 3v-3H4a1.5 1.5 0 0 1-1.5-1.5V6A1.5 1.5 0 0 1 4 4.5z" />
  </Icon>
);
export const InboxIcon = () => (
  <Icon>
    <path d="M3 11.5 5 5a1.5 1.5 0 0 1 1.4-1h7.2A1.5 1.5 0 0 1 15 5l2 6.5V15a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 15zM3 11.5h4l1 2h4l1-2h4" />
  </Icon>
);
export const SignOutIcon = () => (
  <Icon>
    <path d="M8 3.5H5A1.5 1.5 0 0 0 3.5 5v10A1.5 1.5 0 0 0 5 16.5h3M12.5 13.5 16 10l-3.5-3.5M16 10H8" />
  </Icon>
);
export const MailIcon = () => (
  <Icon>
    <rect x="3" y="4.5" width="14" height="11" rx="2" />
    <path d="m3.5 6 6.5 5 6.5-5" />
  </Icon>
);
export const SettingsIcon = () => (
  <Icon>
    <path d="M3.5 6h7M14.5 6h2M3.5 14h2M9.5 14h7" />
    <circle cx="12.5" cy="6" r="2" />
    <circle cx="7.5" cy="14" r="2" />
  </Icon>
);
