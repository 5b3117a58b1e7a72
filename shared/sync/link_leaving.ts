/** The link to its partner that a record gets when it is made; fields mapped to the link are kept by their lenses. */
import { SuiteError } from "../errors.ts";
import type { OdooRecord } from "../odoo/client.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import { escapeText } from "./html/tree.ts";
import { NO_REFERENCES } from "./lenses/lens.ts";
import { type Addresses, addressesOf, itemAddress } from "./sides/link_address.ts";
import { writeRecord } from "./sides/odoo_records.ts";
import { type ActiveLens, contextOf } from "./plan/plan_input.ts";
import type { Side } from "./plan/planned.ts";

/** Plane's limit for the title of a link. */
const LONGEST_TITLE = 255;

/**
 * Leaves a link on a work item made for an Odoo record (unless options.link_in_plane is false), writes the mapped link and number
 * into that record, and leaves an internal note on either where options.link_in_odoo is true. Doing it twice changes nothing.
 */
export async function leaveLinks<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  madeIn: Side,
  { form, record }: { form: Form; record: OdooRecord },
  lenses: readonly ActiveLens<Form>[],
  deps: SyncDependencies,
): Promise<void> {
  const { kind, config } = entity;
  const project = kind.projectOf(form);
  if (kind.planeType !== "issue" || project === null || deps.urls === undefined) return;
  const facts = madeIn === "odoo"
    ? []
    : lenses.filter(({ lens, direction }) => lens.isFact === true && direction !== "to_plane");
  const numbered = facts.some(({ lens }) => lens.field === "identifier");
  const addresses = await addressesOf(
    { model: kind.odooModel, id: record.id },
    numbered ? project : null,
    deps,
  );
  if (facts.length > 0) await writeFacts(entity, form, record, facts, addresses, deps);
  if (config.options.link_in_odoo === true && addresses.planeWorkspace !== null) {
    await leaveNote(
      entity,
      record.id,
      form,
      itemAddress(addresses.planeWorkspace, { project, id: form.id }),
      deps,
    );
  }
  if (madeIn === "plane" && config.options.link_in_plane !== false && addresses.odooRecord !== null) {
    await leaveLink(project, form, addresses.odooRecord, deps);
  }
}

/** One link per address: a second one is refused, which is as good. */
async function leaveLink(
  project: string,
  form: PlaneForm,
  url: string,
  { plane }: SyncDependencies,
): Promise<void> {
  const name = "name" in form && typeof form.name === "string" ? form.name : "";
  const title = [...`Odoo: ${name}`].slice(0, LONGEST_TITLE).join("");
  try {
    await plane?.client.createLink(project, form.id, { title, url });
  } catch (thrown) {
    if (!(thrown instanceof SuiteError) || thrown.code !== "plane_rejected") throw thrown;
  }
}

async function writeFacts<Form extends PlaneForm>(
  { kind }: SyncEntity<Form>,
  form: Form,
  record: OdooRecord,
  facts: readonly ActiveLens<Form>[],
  addresses: Addresses,
  deps: SyncDependencies,
): Promise<void> {
  const input = {
    planeBase: {},
    odooBase: {},
    placeholders: {},
    capabilities: await deps.capabilities(),
    references: { ...NO_REFERENCES, addresses },
    today: "",
  };
  const values = Object.assign(
    {},
    ...facts.map((fact) => fact.lens.toOdoo?.(form, record, contextOf(input, fact))?.values ?? {}),
  );
  if (Object.keys(values).length > 0) await writeRecord(deps.odoo(), kind.odooModel, record.id, values);
}

/**
 * A notification, so that nobody takes it for what a person wrote. Its external id makes it one note, however often it is
 * asked for.
 */
async function leaveNote<Form extends PlaneForm>(
  { kind }: SyncEntity<Form>,
  odooId: number,
  form: Form,
  url: string,
  { odoo }: SyncDependencies,
): Promise<void> {
  const note = {
    id: `plane.link-${kind.planeType}-${form.id}`,
    model: kind.odooModel,
    res_id: String(odooId),
    message_type: "notification",
    "subtype_id/id": "mail.mt_note",
    is_internal: "True",
    body: `<p>Plane: <a href="${escapeText(url).replaceAll('"', "&quot;")}">${escapeText(url)}</a></p>`,
  };
  await odoo().load("mail.message", Object.keys(note), [Object.values(note)]);
}
