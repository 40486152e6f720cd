import { X } from "lucide-react";
import { IconButton } from "../ui/icon-button.js";
import styles from "./desk.module.css";
import type { Attachments } from "./use-attachments.js";

/** The files of the next message. */
export function AttachmentList({ files }: { files: Attachments }) {
  if (files.list.length === 0) return null;
  return (
    <ul className={styles.files} aria-label="Files of this message">
      {files.list.map(({ key, name, id, refused }) => (
        <li key={key} className={refused === null ? styles.file : styles.refusedFile}>
          <span className={styles.fileName}>
            <bdi>{name}</bdi>
            <span className={styles.fine} role="status">
              {refused ?? (id === null ? "Uploading…" : "")}
            </span>
          </span>
          <IconButton label={`Remove ${name}`} icon={<X />} onClick={() => files.remove(key)} />
        </li>
      ))}
    </ul>
  );
}
