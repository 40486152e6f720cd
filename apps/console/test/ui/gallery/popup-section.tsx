import { Pencil } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../src/ui/button.js";
import { ConfirmDialog } from "../../../src/ui/confirm-dialog.js";
import { Dialog, Drawer } from "../../../src/ui/dialog.js";
import { Menu, MenuCheck, MenuItem, MenuLine } from "../../../src/ui/menu.js";
import { notify } from "../../../src/ui/notify.js";
import { Popover } from "../../../src/ui/popover.js";
import { TextField } from "../../../src/ui/text-field.js";

export function PopupSection() {
  const [shown, setShown] = useState<"dialog" | "drawer" | "confirm" | null>(null);
  const [text, setText] = useState("");
  const [checked, setChecked] = useState(true);
  const close = (): void => setShown(null);
  return (
    <section>
      <h2>Popups</h2>
      <div className="line">
        <Button onClick={() => setShown("dialog")}>Open dialog</Button>
        <Button onClick={() => setShown("drawer")}>Open drawer</Button>
        <Button onClick={() => setShown("confirm")}>Delete link</Button>
        <Popover title="Share" trigger={<Button>Share</Button>}>
          <TextField label="Address" value={text} onChange={setText} />
        </Popover>
        <Menu label="Actions of Clinic desk">
          <MenuItem icon={<Pencil />} shortcut="archive" onSelect={() => notify.good("Renamed")}>
            Rename
          </MenuItem>
          <MenuItem onSelect={() => notify.good("Copied")}>Copy</MenuItem>
          <MenuCheck checked={checked} onChange={setChecked}>
            Pinned
          </MenuCheck>
          <MenuLine />
          <MenuItem danger onSelect={() => setShown("confirm")}>
            Delete
          </MenuItem>
        </Menu>
        <Button
          onClick={() => notify.problem("That did not work.", { label: "Try again", run: () => notify.good("Done") })}
        >
          Fail
        </Button>
      </div>
      <Dialog
        open={shown === "dialog"}
        onClose={close}
        title="Rename the agent"
        description="Links keep their addresses."
        actions={<Button look="primary">Rename</Button>}
      >
        <TextField label="Name" value={text} onChange={setText} />
      </Dialog>
      <Drawer open={shown === "drawer"} onClose={close} title="Settings">
        <TextField label="Name" value={text} onChange={setText} />
      </Drawer>
      <ConfirmDialog
        open={shown === "confirm"}
        onClose={close}
        title="Delete Spring campaign?"
        consequences={["What 14 visitors said is removed within a minute.", "The numbers stay in Analytics."]}
        milder={{
          text: "To stop it without losing anything:",
          action: "Disable it",
          run: async () => notify.good("Disabled"),
        }}
        typed="Spring campaign"
        action="Delete link"
        run={async () => {
          notify.good("Deleted");
        }}
      />
    </section>
  );
}
