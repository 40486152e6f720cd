import { Icon } from "./icon.js";

export const SendIcon = () => (
  <Icon>
    <path d="M10 16V4.5M4.8 9.5 10 4.2l5.2 5.3" />
  </Icon>
);
export const StopIcon = () => (
  <Icon>
    <rect x="5.5" y="5.5" width="9" height="9" rx="1.5" fill="currentColor" />
  </Icon>
);
export const DownIcon = () => (
  <Icon>
    <path d="M10 4v12M4.8 10.8 10 16l5.2-5.2" />
  </Icon>
);
export const NewIcon = () => (
  <Icon>
    <path d="M9.5 4H6a2.5 2.5 0 0 0-2.5 2.5V14A2.5 2.5 0 0 0 6 16.5h7.5A2.5 2.5 0 0 0 16 14v-3.5" />
    <path d="M14.7 3.7a1.4 1.4 0 0 1 2 2L11 11.3l-2.7.7.7-2.7z" />
  </Icon>
);
export const EditIcon = () => (
  <Icon>
    <path d="M4 16l.8-3.4L13 4.400a1.5 1.5 0 0 1 2.2 0l.4.4a1.5 1.5 0 0 1 0 2.200L7.4 15.200z" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="m5 5 10 10M15 5 5 15" />
  </Icon>
);
/** Points up; the stylesheet flips it. */
export const ThumbIcon = () => (
  <Icon>
    <path d="M7 9v7.5H3.5V9zm0 0 3.2-5.5c1.6.3 2 1.5 1.7 3L11.4 8.5h3.9c1 0 1.7.9 1.4 1.9l-1.5 4.9c-.2.7-.8 1.2-1.5 1.2H7" />
  </Icon>
);
export const ClockIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="6.5" />
    <path d="M10 6.5V10l2.3 1.5" />
  </Icon>
);
export const LinkOffIcon = () => (
  <Icon>
    <path d="m8.5 11.5 3-3M9 6.5l1.7-1.7a3.2 3.2 0 0 1 4.5 4.5L13.5 11M11 13.5l-1.7 1.7a3.2 3.2 0 0 1-4.5-4.5L6.5 9" />
    <path d="M3.5 3.5 5 5M15 15l1.5 1.5" />
  </Icon>
);
export const CloudOffIcon = () => (
  <Icon>
    <path d="M6.5 15.5H6a3.5 3.5 0 0 1-.6-6.95A4.7 4.7 0 0 1 6.4 6M8.8 4.4a4.7 4.7 0 0 1 5.9 4.3 3.4 3.4 0 0 1 1.7 5.7M3.5 3.5l13 13" />
  </Icon>
);
export const PeopleIcon = () => (
  <Icon>
    <circle cx="7.5" cy="7.2" r="2.7" />
    <path d="M2.8 16a4.7 4.7 0 0 1 9.4 0M12.7 4.7a2.7 2.7 0 0 1 0 5M14.5 12a4.7 4.7 0 0 1 2.7 4" />
  </Icon>
);
export const LockIcon = () => (
  <Icon>
    <rect x="4.5" y="9" width="11" height="7.5" rx="2" />
    <path d="M7 9V6.8a3 3 0 0 1 6 0V9" />
  </Icon>
);
