import { Copy, Ellipsis, Pencil, Power, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Agent, PublicLink } from "../api/answers.js";
import { Button, LinkButton } from "../ui/button.js";
import { IconButton } from "../ui/icon-button.js";
import { Menu, MenuItem } from "../ui/menu.js";
import { DeleteLinkDialog } from "./delete-link-dialog.js";
import { LinkFacts } from "./link-facts.js";
import styles from "./links.module.css";
import { useLinkActions } from "./use-link-actions.js";

/** One link beside the list: its state, and its most frequent actions. */
export function LinkPeek({ agent, link }: { agent: Agent; link: PublicLink }) {
  const { copy, busy } = useLinkActions(agent);
  return (
    <>
      <div className={styles.actions}>
        <LinkButton look="primary" to="/links/$agent/$id" params={{ agent: agent.slug, id: link.id }}>
          Open
        </LinkButton>
        <Button icon={<Copy />} busy={busy} onClick={() => void copy(link)}>
          Copy the address
        </Button>
        <LinkMenu agent={agent} link={link} />
      </div>
      <LinkFacts link={link} agent={agent} />
    </>
  );
}

/** Change, disable and delete; destructive actions come last. */
export function LinkMenu({ agent, link, onGone }: { agent: Agent; link: PublicLink; onGone?: () => void }) {
  const { toggle, remove } = useLinkActions(agent);
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <LinkButton icon={<Pencil />} to="/links/$agent/$id/edit" params={{ agent: agent.slug, id: link.id }}>
        Change
      </LinkButton>
      <Menu
        label={`More for ${link.title}`}
        trigger={<IconButton label={`More for ${link.title}`} icon={<Ellipsis />} />}
      >
        <MenuItem icon={<Power />} onSelect={() => void toggle(link)}>
          {link.is_active ? "Disable" : "Enable"}
        </MenuItem>
        <MenuItem icon={<Trash2 />} danger onSelect={() => setDeleting(true)}>
          Delete…
        </MenuItem>
      </Menu>
      <DeleteLinkDialog
        open={deleting}
        agent={agent.id}
        link={link}
        onDelete={async () => {
          await remove(link);
          onGone?.();
        }}
        onDisable={() => toggle(link)}
        onClose={() => setDeleting(false)}
      />
    </>
  );
}
