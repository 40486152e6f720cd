import { ROLES } from "./credential-words.js";

/** The roles, the smallest first. */
export function RoleOptions() {
  return (
    <>
      {ROLES.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </>
  );
}
