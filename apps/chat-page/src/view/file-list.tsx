import { useState } from "preact/hooks";
import { formatLocale } from "../i18n/language.js";
import type { AttachedFile } from "../net/session-info.js";

const UNITS = ["byte", "kilobyte", "megabyte"] as const;

/** A size as people of the page's language write it. */
export function fileSize(bytes: number): string {
  const step = bytes < 1_000 ? 0 : bytes < 1_000_000 ? 1 : 2;
  const options = {
    style: "unit",
    unit: UNITS[step] ?? "byte",
    // Short, single bytes have no plural: "12 byte".
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: step === 2 ? 1 : 0,
  } as const;
  return new Intl.NumberFormat(formatLocale(), options).format(bytes / 1_000 ** step);
}

const PICTURE = /\.(png|jpe?g|gif|webp)$/i;

/** A picture of the visitor's own, small. What cannot be shown is a name, as any other file. */
function Thumbnail({ source }: { source: string }) {
  const [shown, setShown] = useState(true);
  if (!shown) return null;
  return <img class="thumbnail" src={source} alt="" loading="lazy" onError={() => setShown(false)} />;
}

/** The files of a message, each a download. */
export function FileList({ files, urlOf }: { files: readonly AttachedFile[]; urlOf(id: string): string }) {
  if (files.length === 0) return null;
  return (
    <ul class="files">
      {files.map((file) => (
        <li key={file.id}>
          <a href={urlOf(file.id)} download={file.name}>
            {PICTURE.test(file.name) && <Thumbnail source={urlOf(file.id)} />}
            <bdi>{file.name}</bdi> <span class="file-state">{fileSize(file.bytes)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
