import type { ComponentChildren } from "preact";

/** Line icons of 20 units; decorative, so that the control around them carries the name. */
export function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 20 20"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export const SendIcon = () => (
  <Icon>
    <path d="M10 16V4.500M4.8 9.5 10 4.200l5.2 5.3" />
  </Icon>
);
export const StopIcon = () => (
  <Icon>
    <rect x="5.5" y="5.5" width="9" height="9" rx="1.5" fill="currentColor" />
  </Icon>
);
export const CopyIcon = () => (
  <Icon>
    <rect x="7" y="7" width="9.5" height="9.5" rx="2" />
    <path d="M13 7V5.500a2 2 0 0 0-2-2H5.500a2 2 0 0 0-2 2V11a2 2 0 0 0 2 2H7" />
  </Icon>
);
export const CheckIcon = () => (
  <Icon>
    <path d="m4.5 10.5 3.7 3.7 7.3-8" />
  </Icon>
);
export const DownIcon = () => (
  <Icon>
    <path d="M10 4v12M4.8 10.8 10 16l5.2-5.2" />
  </Icon>
);
export const NewIcon = () => (
  <Icon>
    <path d="M9.5 4H6a2.5 2.5 0 0 0-2.5 2.500V14A2.5 2.5 0 0 0 6 16.500h7.500A2.5 2.5 0 0 0 16 14v-3.5" />
    <path d="M14.7 3.700a1.4 1.4 0 0 1 2 2L11 11.300l-2.7.7.7-2.700z" />
  </Icon>
);
/** Points up; the stylesheet turns it over. */
export const ThumbIcon = () => (
  <Icon>
    <path d="M7 9v7.500H3.500V9zm0 0 3.200-5.500c1.600.3 2 1.500 1.700 3L11.400 8.500h3.900c1 0 1.700.9 1.400 1.900l-1.500 4.900c-.2.7-.8 1.200-1.500 1.200H7" />
  </Icon>
);
export const ClockIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="6.5" />
    <path d="M10 6.500V10l2.3 1.5" />
  </Icon>
);
export const AlertIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="6.5" />
    <path d="M10 6.800v3.700M10 13.200v.01" />
  </Icon>
);
export const LinkOffIcon = () => (
  <Icon>
    <path d="m8.5 11.5 3-3M9 6.500l1.7-1.700a3.2 3.2 0 0 1 4.5 4.500L13.5 11M11 13.500l-1.7 1.700a3.2 3.2 0 0 1-4.5-4.500L6.5 9" />
    <path d="M3.5 3.5 5 5M15 15l1.5 1.5" />
  </Icon>
);
export const CloudOffIcon = () => (
  <Icon>
    <path d="M6.5 15.500H6a3.5 3.5 0 0 1-.6-6.95A4.7 4.7 0 0 1 6.4 6M8.8 4.400a4.7 4.7 0 0 1 5.9 4.3 3.4 3.4 0 0 1 1.7 5.700M3.5 3.500l13 13" />
  </Icon>
);
export const PeopleIcon = () => (
  <Icon>
    <circle cx="7.5" cy="7.2" r="2.7" />
    <path d="M2.8 16a4.7 4.7 0 0 1 9.4 0M12.7 4.700a2.7 2.7 0 0 1 0 5M14.5 12a4.7 4.7 0 0 1 2.7 4" />
  </Icon>
);
export const LockIcon = () => (
  <Icon>
    <rect x="4.5" y="9" width="11" height="7.5" rx="2" />
    <path d="M7 9V6.800a3 3 0 0 1 6 0V9" />
  </Icon>
);
