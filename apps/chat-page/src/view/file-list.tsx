import { useState } from "preact/hooks";
import { saveFile } from "../chat/save-file.js";
import { formatLocale, t } from "../i18n/language.js";
import type { FileSource } from "../net/api.js";
import type { AttachedFile } from "../net/session-info.js";
import { DrawnPicture } from "./drawn-picture.js";

const UNITS = ["byte", "kilobyte", "megabyte"] as const;

/** A size in the notation of the page's language. */
export function fileSize(bytes: number): string {
  const step = bytes < 1_000 ? 0 : bytes < 1_000_000 ? 1 : 2;
  const options = {
    style: "unit",
    unit: UNITS[step] ?? "byte",
    // In short form, single bytes have no plural: "12 byte".
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: step === 2 ? 1 : 0,
  } as const;
  return new Intl.NumberFormat(formatLocale(), options).format(bytes / 1_000 ** step);
}

const PICTURE = /\.(png|jpe?g|gif|webp)$/i;

/** A thumbnail of the visitor's own picture. One that cannot be shown is a name, like any other file. */
function Thumbnail({ source }: { source: string }) {
  const [shown, setShown] = useState(true);
  if (!shown) return null;
  return <img class="thumbnail" src={source} alt="" loading="lazy" onError={() => setShown(false)} />;
}

function FileLink({ file, source: { url, content } }: { file: AttachedFile; source: FileSource }) {
  const [phase, setPhase] = useState<"idle" | "fetching" | "failed">("idle");
  const fetchIt = async (event: Event): Promise<void> => {
    if (content === null) return;
    event.preventDefault();
    if (phase === "fetching") return;
    setPhase("fetching");
    const bytes = await content(file.id);
    if (bytes !== null) saveFile(bytes, file.name);
    setPhase(bytes === null ? "failed" : "idle");
  };
  return (
    <a href={url(file.id)} download={file.name} onClick={(event) => void fetchIt(event)}>
      {PICTURE.test(file.name) && content === null && <Thumbnail source={url(file.id)} />}
      {PICTURE.test(file.name) && content !== null && (
        <DrawnPicture className="thumbnail" picture={() => content(file.id)} />
      )}
      <bdi>{file.name}</bdi> <span class="file-state">{fileSize(file.bytes)}</span>
      <span role="status">{phase === "failed" && t("failedAgain")}</span>
    </a>
  );
}

/** The files of a message, each a download. */
export function FileList({ files, source }: { files: readonly AttachedFile[]; source: FileSource }) {
  if (files.length === 0) return null;
  return (
    <ul class="files">
      {files.map((file) => (
        <li key={file.id}>
          <FileLink file={file} source={source} />
        </li>
      ))}
    </ul>
  );
}
