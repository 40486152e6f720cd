import { pathOf } from "./route.js";
import { PageHeader } from "../parts/page-header.js";

export function UnknownPage() {
  return (
    <>
      <PageHeader title="There is no such page" lead="The address may be mistyped or belong to another version." />
      <p>
        <a href={pathOf({ page: "overview" })}>Go to the overview</a>
      </p>
    </>
  );
}
