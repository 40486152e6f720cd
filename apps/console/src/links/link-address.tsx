import { useQuery } from "@tanstack/react-query";
import { Download, ExternalLink, Mail } from "lucide-react";
import type { PublicLink, Snippets } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { Block, Note } from "../ui/block.js";
import { AnchorButton, Button } from "../ui/button.js";
import { CopyField } from "../ui/copy-field.js";
import { QueryView } from "../ui/query-view.js";
import { fileName, saveFile } from "../ui/save-file.js";
import { EmbedWizard } from "./embed-wizard.js";
import styles from "./links.module.css";

/** The address of a link as text, as a QR code and as a snippet. Editors and above; other roles see a note. */
export function LinkAddress({ agent, link }: { agent: string; link: PublicLink }) {
  const api = useLinkApi();
  const query = useQuery({
    queryKey: ["link", link.id, "address"],
    queryFn: answered(async () => {
      const [embed, qr] = await Promise.all([api.embed(agent, link.id), api.qr(agent, link.id)]);
      if (embed.type !== "ok") return embed;
      return { type: "ok", value: { ...embed.value, qr: qr.type === "ok" ? qr.value : null } };
    }),
  });
  const why = query.error?.problem;
  const isOld = why?.code === "link_address_unknown";
  return (
    <Block title="Share">
      {why?.status === 403 || isOld ? (
        <Note>
          {isOld
            ? `This link was made before addresses were kept, so that only its end is known: ${link.token_hint}. It still works; for a QR code make a new link.`
            : `Only editors and above see the address of a link again. It ends in ${link.token_hint}.`}
        </Note>
      ) : (
        <QueryView query={query}>{(known) => <Share agent={agent} link={link} known={known} />}</QueryView>
      )}
    </Block>
  );
}

function Share({ agent, link, known }: { agent: string; link: PublicLink; known: Snippets & { qr: string | null } }) {
  return (
    <div className={styles.share}>
      <div className={styles.stack}>
        <CopyField label="Address of the link" value={known.url} />
        <div className={styles.buttons}>
          <AnchorButton icon={<ExternalLink />} href={known.url} target="_blank" rel="noopener noreferrer">
            Open in a new tab
          </AnchorButton>
          <AnchorButton icon={<Mail />} href={mailTo(link.title, known.url)}>
            In your own mail program
          </AnchorButton>
        </div>
        <EmbedWizard agent={agent} link={link} snippets={known} />
      </div>
      {known.qr === null ? null : <QrCode svg={known.qr} title={link.title} />}
    </div>
  );
}

const mailTo = (title: string, url: string): string =>
  `mailto:?subject=${encodeURIComponent(title)}&body=${encodeURIComponent(url)}`;

function QrCode({ svg, title }: { svg: string; title: string }) {
  return (
    <figure className={styles.qr}>
      {/* An image, not inline markup: nothing in it can run. */}
      <img alt={`QR code of the address of ${title}`} src={`data:image/svg+xml,${encodeURIComponent(svg)}`} />
      <Button small icon={<Download />} onClick={() => saveFile(`${fileName(title)}-qr.svg`, svg, "image/svg+xml")}>
        Download the QR code
      </Button>
    </figure>
  );
}
