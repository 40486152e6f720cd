import { Link } from "../ui/link.js";
import { PageHeader } from "../ui/page-header.js";

export function UnknownPage() {
  return (
    <>
      <PageHeader title="There is no such page" lead="The address may be mistyped or belong to another version." />
      <p>
        <Link to="/">Go to the overview</Link>
      </p>
    </>
  );
}
