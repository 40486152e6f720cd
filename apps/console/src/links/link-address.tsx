import { useQuery } from "@tanstack/react-query";
import type { PublicLink } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { CopyField } from "../parts/copy-field.js";
import { fileName, saveFile } from "../parts/save-file.js";
import { Loading, ProblemCard } from "../parts/states.js";
import { FrameSnippet } from "./frame-snippet.js";

/** The address again, as text, as a picture and as a snippet. Editors and above; the others learn that. */
export function LinkAddress({
  agent,
  link,
  onChange,
}: {
  agent: string;
  link: PublicLink;
  onChange(): Promise<unknown>;
}) {
  const api = useApi();
  const query = useQuery({
    queryKey: ["link", link.id, "address"],
    queryFn: answered(async () => {
      const [embed, qr] = await Promise.all([api.embed(agent, link.id), api.qr(agent, link.id)]);
      if (embed.type !== "ok") return embed;
      return { type: "ok", value: { ...embed.value, qr: qr.type === "ok" ? qr.value : null } };
    }),
  });
  return (
    <section className="block" aria-labelledby="address-title">
      <h2 id="address-title">Give it out</h2>
      {query.isPending && <Loading />}
      {query.error && <Unknown link={link} code={query.error.problem.code} status={query.error.problem.status} />}
      {query.error && !EXPLAINED.includes(query.error.problem.status) && (
        <ProblemCard problem={query.error.problem} onRetry={() => void query.refetch()} />
      )}
      {query.data && (
        <div className="give-out">
          <div className="form-stack">
            <CopyField label="Address of the link" shown value={query.data.url} />
            <div className="actions start">
              <a className="button quiet small" href={query.data.url} target="_blank" rel="noopener noreferrer">
                Open in a new tab
              </a>
              <a className="button quiet small" href={mailTo(link.title, query.data.url)}>
                Share by mail
              </a>
            </div>
            <FrameSnippet
              agent={agent}
              link={link}
              snippets={query.data}
              onChange={() => Promise.all([onChange(), query.refetch()])}
            />
          </div>
          {query.data.qr !== null && <QrCode svg={query.data.qr} title={link.title} />}
        </div>
      )}
    </section>
  );
}

const mailTo = (title: string, url: string): string =>
  `mailto:?subject=${encodeURIComponent(title)}&body=${encodeURIComponent(url)}`;

const EXPLAINED = [403, 409];

function Unknown({ link, code, status }: { link: PublicLink; code: string; status: number }) {
  if (status === 403)
    return (
      <p className="note">Only editors and above see the address of a link again. It ends in {link.token_hint}.</p>
    );
  if (code !== "link_address_unknown") return null;
  return (
    <p className="note">
      This link was made before addresses were kept, so that only its end is known: {link.token_hint}. It still works;
      for a QR code make a new link.
    </p>
  );
}

function QrCode({ svg, title }: { svg: string; title: string }) {
  return (
    <figure className="qr">
      {/* A picture, not markup of this page: nothing in it can run. */}
      <img alt={`QR code of the address of ${title}`} src={`data:image/svg+xml,${encodeURIComponent(svg)}`} />
      <button
        type="button"
        className="button quiet small"
        onClick={() => saveFile(`${fileName(title)}-qr.svg`, svg, "image/svg+xml")}
      >
        Download the QR code
      </button>
    </figure>
  );
}
