import type { AccessPolicy, Agent, Version } from "../api/answers.js";
import { FieldGroup, Fields, Fold, Note } from "../ui/block.js";
import { Chip } from "../ui/status.js";
import { AccessNote } from "./access-note.js";
import { AudienceField } from "./audience-field.js";
import { ColourField } from "./colour-field.js";
import { ExpiryFields } from "./expiry-fields.js";
import type { LinkField, LinkSection } from "./link-field.js";
import { answeredIn, type LinkForm, SECTIONS } from "./link-form.js";
import { LogoField } from "./logo-field.js";
import { PinField } from "./pin-field.js";
import { PlainField } from "./plain-field.js";
import { VersionField } from "./version-field.js";

interface LinkFieldsProps {
  agent: Agent;
  /** null = not known, for example because the role may not read it. */
  policy: AccessPolicy | null;
  form: LinkForm;
  versions: Version[];
  /** The link has a PIN already. */
  pinSet?: boolean;
  /** The form creates a link for each person of a list, so it does not ask for a single one. */
  perPerson?: boolean;
}

/** Fields of a link, grouped by the question they answer; seldom needed ones are collapsed. */
export function LinkFields(props: LinkFieldsProps) {
  return (
    <>
      {SECTIONS.map((section) =>
        section.open ? (
          <FieldGroup key={section.id} title={section.title}>
            <SectionFields {...props} section={section} />
          </FieldGroup>
        ) : (
          <FoldedSection key={section.id} {...props} section={section} />
        ),
      )}
    </>
  );
}

type SectionProps = LinkFieldsProps & { section: LinkSection };

/** Shows how many fields are set, so that nothing is hidden in a collapsed part. */
function FoldedSection(props: SectionProps) {
  const { section, form } = props;
  const { errors } = form.formState;
  const answered = answeredIn(section, form.watch());
  const isWrong = section.fields.some(({ name }) => errors[name] !== undefined);
  return (
    <Fold
      title={section.title}
      startsOpen={answered > 0}
      beside={
        <>
          {answered > 0 && <Chip tone="accent">{answered} set</Chip>}{" "}
          {isWrong && <Chip tone="problem">needs a look</Chip>}
        </>
      }
    >
      {section.lead && <Note>{section.lead}</Note>}
      <SectionFields {...props} />
    </Fold>
  );
}

function SectionFields(props: SectionProps) {
  const several = props.form.watch("audience") === "several";
  const asked = ({ name }: LinkField): boolean =>
    name === "max_sessions" ? several : !(props.perPerson && name.startsWith("recipient/"));
  const fields = props.section.fields.filter(asked);
  const paired = fields.filter(isShort).length > 2;
  return (
    <Fields pairs={paired}>
      {fields.map((field) =>
        field.type === "special" ? (
          <Special key={field.name} {...props} field={field} />
        ) : (
          <PlainField
            key={field.name}
            form={props.form}
            field={field}
            placeholder={placeholderOf(field, props.agent)}
          />
        ),
      )}
    </Fields>
  );
}

const isShort = ({ type }: LinkField): boolean => type !== "paragraph" && type !== "check";

function placeholderOf({ name }: LinkField, agent: Agent): string | undefined {
  return name === "title" || name === "branding/name" ? agent.name : undefined;
}

function Special({ field, form, ...props }: LinkFieldsProps & { field: Extract<LinkField, { type: "special" }> }) {
  switch (field.control) {
    case "audience":
      return <AudienceField form={form} />;
    case "expiry":
      return <ExpiryFields form={form} />;
    case "version":
      return <VersionField form={form} versions={props.versions} />;
    case "pin":
      return <PinField form={form} pinSet={props.pinSet ?? false} />;
    case "colour":
      return <ColourField form={form} />;
    case "logo":
      return <LogoField form={form} />;
    case "access":
      return <AccessNote agent={props.agent} policy={props.policy} />;
  }
}
