import { fileName, saveFile } from "../parts/save-file.js";
import { useLoad } from "../parts/use-load.js";
import type { Link } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { CopyField } from "../parts/copy-field.js";
import { FrameSnippet } from "./frame-snippet.js";
import { Loading, ProblemCard } from "../parts/states.js";

/** The address again, as text, as a picture and as a snippet. Editors and above; the others learn that. */
export function LinkAddress({ agent, link, onChange }: { agent: string; link: Link; onChange(): Promise<void> }) {
  const api = useApi();
  const { loaded, reload } = useLoad(`address ${link.id}`, async () => {
    const [embed, qr] = await Promise.all([api.embed(agent, link.id), api.qr(agent, link.id)]);
    if (embed.type !== "ok") return embed;
    return { type: "ok", value: { ...embed.value, qr: qr.type === "ok" ? qr.value : null } };
  });
  return (
    <section class="block" aria-labelledby="address-title">
      <h2 id="address-title">Give it out</h2>
      {loaded.state === "loading" && <Loading />}
      {loaded.state === "failed" && <Unknown link={link} code={loaded.problem.code} status={loaded.problem.status} />}
      {loaded.state === "failed" && !EXPLAINED.includes(loaded.problem.status) && (
        <ProblemCard problem={loaded.problem} onRetry={() => void reload()} />
      )}
      {loaded.state === "ready" && (
        <div class="give-out">
          <div class="form-stack">
            <CopyField label="Address of the link" shown value={loaded.value.url} />
            <div class="actions start">
              <a class="button quiet small" href={loaded.value.url} target="_blank" rel="noopener noreferrer">
                Open in a new tab
              </a>
              <a class="button quiet small" href={mailTo(link.title, loaded.value.url)}>
                Share by mail
              </a>
            </div>
            <FrameSnippet
              agent={agent}
              link={link}
              snippets={loaded.value}
              onChange={() => Promise.all([onChange(), reload()]).then(() => undefined)}
            />
          </div>
          {loaded.value.qr !== null && <QrCode svg={loaded.value.qr} title={link.title} />}
        </div>
      )}
    </section>
  );
}

const mailTo = (title: string, url: string): string =>
  `mailto:?subject=${encodeURIComponent(title)}&body=${encodeURIComponent(url)}`;

const EXPLAINED = [403, 409];

function Unknown({ link, code, status }: { link: Link; code: string; status: number }) {
  if (status === 403)
    return <p class="note">Only editors and above see the address of a link again. It ends in {link.token_hint}.</p>;
  if (code !== "link_address_unknown") return null;
  return (
    <p class="note">
      This link was made before addresses were kept, so that only its end is known: {link.token_hint}. It still works;
      for a QR code make a new link.
    </p>
  );
}

function QrCode({ svg, title }: { svg: string; title: string }) {
  return (
    <figure class="qr">
      {/* A picture, not markup of this page: nothing in it can run. */}
      <img alt={`QR code of the address of ${title}`} src={`data:image/svg+xml,${encodeURIComponent(svg)}`} />
      <button
        type="button"
        class="button quiet small"
        onClick={() => saveFile(`${fileName(title)}-qr.svg`, svg, "image/svg+xml")}
      >
        Download the QR code
      </button>
    </figure>
  );
}
