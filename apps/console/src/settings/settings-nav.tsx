import { Link } from "../parts/link.js";

const PLACES = [
  { name: "webhooks", label: "Webhooks", to: "/settings/webhooks" },
  { name: "credentials", label: "Keys and tokens", to: "/settings/credentials" },
  { name: "users", label: "People", to: "/settings/people" },
] as const;

/** Where one is within the settings. */
export function SettingsNav({ current }: { current: (typeof PLACES)[number]["name"] }) {
  return (
    <nav className="places" aria-label="Settings">
      <ul>
        {PLACES.map(({ name, label, to }) => (
          <li key={name}>
            <Link to={to} current={name === current ? "page" : undefined}>
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
