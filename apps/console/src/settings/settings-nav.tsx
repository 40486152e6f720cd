import { pathOf } from "../app/route.js";

const PLACES = [
  { name: "webhooks", label: "Webhooks", href: pathOf({ page: "webhooks" }) },
  { name: "credentials", label: "Keys and tokens", href: pathOf({ page: "credentials" }) },
  { name: "users", label: "People", href: pathOf({ page: "users" }) },
] as const;

/** Where one is within the settings. */
export function SettingsNav({ current }: { current: (typeof PLACES)[number]["name"] }) {
  return (
    <nav class="places" aria-label="Settings">
      <ul>
        {PLACES.map(({ name, label, href }) => (
          <li key={name}>
            <a href={href} aria-current={name === current ? "page" : undefined}>
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
