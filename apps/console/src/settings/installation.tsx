import type { SettingInForce } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { answered } from "../api/query.js";
import { settingsInForceCalls } from "../api/settings-in-force-calls.js";
import { useCalls } from "../api/use-calls.js";
import { CopyButton } from "../ui/copy-button.js";
import { Link } from "../ui/link.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { Chip } from "../ui/status.js";
import { Mono } from "../ui/values.js";
import styles from "./installation.module.css";
import { SettingsNav } from "./settings-nav.js";

/** Settings made by the operator of the installation, as the services have read them: read-only, with a note where to change them. */
export function InstallationPage() {
  const calls = useCalls(settingsInForceCalls);
  const query = useQuery({ queryKey: ["settings"], queryFn: answered(() => calls.settingsInForce()) });
  return (
    <>
      <PageHeader title="Retention and sign-in" lead="What is in force on this installation." />
      <SettingsNav />
      <QueryView query={query}>
        {({ data }) => (
          <div className={styles.page}>
            <Area title="How long content is kept" settings={data.filter(({ area }) => area === "retention")}>
              A link may keep its sessions for another time: <em>Keep content for</em> in the form of a link. What was
              said of one person goes at once by{" "}
              <Link to="/privacy" className={styles.link}>
                an erasure
              </Link>
              .
            </Area>
            <Area title="How people sign in" settings={data.filter(({ area }) => area === "sign_in")}>
              {data.some(({ name, value }) => name === "OIDC_ISSUER" && value !== null)
                ? "People sign in with the identity provider, or by a link in a mail."
                : "People sign in by a link in a mail. With OIDC_ISSUER and OIDC_CLIENT_ID they also sign in with your identity provider."}
            </Area>
            <p className={styles.note}>
              These are variables of the environment. Whoever runs the server changes them there (<Mono>.env</Mono>{" "}
              beside <Mono>docker-compose.yml</Mono>, or the values of the chart) and restarts it; all others are in{" "}
              <a href="/docs/controls" className={styles.link}>
                the documentation
              </a>
              .
            </p>
          </div>
        )}
      </QueryView>
    </>
  );
}

interface AreaProps {
  title: string;
  settings: readonly SettingInForce[];
  children: ReactNode;
}

function Area({ title, settings, children }: AreaProps) {
  return (
    <section className={styles.area}>
      <h2>{title}</h2>
      <p className={styles.note}>{children}</p>
      <dl className={styles.settings}>
        {settings.map(({ name, value, is_default, about }) => (
          <div key={name}>
            <dt>
              <Mono>{name}</Mono> <CopyButton what={name} text={name} />
            </dt>
            <dd className={styles.value}>
              {value ?? "Not set"}
              {is_default ? null : <Chip tone="accent">Set here</Chip>}
            </dd>
            <dd className={styles.note}>{about}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
