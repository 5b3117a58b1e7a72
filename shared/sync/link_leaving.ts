/** The link to its partner that a record gets when it is made; fields mapped to the link are kept by their lenses. */
import { SuiteError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { OdooRecord } from "../odoo/client.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import { escapeText } from "./html/tree.ts";
import { NO_REFERENCES } from "./lenses/lens.ts";
import { type Addresses, addressesOf, itemAddress } from "./sides/link_address.ts";
import { findByExternalId, writeRecord } from "./sides/odoo_records.ts";
import { type ActiveLens, contextOf } from "./plan/plan_input.ts";
import type { Side } from "./plan/planned.ts";

/** Plane's limit for the title of a link. */
const LONGEST_TITLE = 255;

/** Under this name Plane's base keeps on which side a record was made whose links could not be left. */
const OWED = "links_owed";

/** On which side the record was made that still lacks its links; null: they are there. */
export function linksOwed(base: JsonObject): Side | null {
  const side = Object.hasOwn(base, OWED) ? base[OWED] : undefined;
  return side === "plane" || side === "odoo" ? side : null;
}

/** The base that remembers it. */
export function rememberLinksOwed(base: JsonObject, owed: Side | null): JsonObject {
  const { [OWED]: _former, ...rest } = base;
  return owed === null ? rest : { ...rest, [OWED]: owed };
}

/** Whether records of the kind get links at all. */
export function getsLinks(kind: { planeType: string }, deps: Pick<SyncDependencies, "urls">): boolean {
  return kind.planeType === "issue" && deps.urls !== undefined;
}

/**
 * Leaves a link on a work item made for an Odoo record (unless options.link_in_plane is false), writes the mapped link and number
 * into that record, and leaves an internal note on either where options.link_in_odoo is true. Doing it twice changes nothing.
 *
 * @param isNew the record was made just now: nothing was left on it before
 * @returns whether something is to be made up for by the next look; what is refused for good is not
 */
export async function leaveLinks<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  madeIn: Side,
  { form, record }: { form: Form; record: OdooRecord },
  lenses: readonly ActiveLens<Form>[],
  isNew: boolean,
  deps: SyncDependencies,
): Promise<boolean> {
  const { kind, config } = entity;
  const project = kind.projectOf(form);
  if (project === null || !getsLinks(kind, deps)) return false;
  const facts = madeIn === "odoo"
    ? []
    : lenses.filter(({ lens, direction }) => lens.isFact === true && direction !== "to_plane");
  const numbered = facts.some(({ lens }) => lens.field === "identifier");
  let owed = false;
  /** A failure here must not undo what is done, nor keep what else is to be left from being left. */
  const step = async (leave: () => Promise<void>) => {
    try {
      await leave();
    } catch (thrown) {
      const error = thrown instanceof SuiteError ? thrown : new SuiteError("internal", { cause: thrown });
      owed ||= error.retry !== "never";
      deps.log("warn", "after_write_failed", { entity_key: entity.claimed.entityKey, code: error.code });
    }
  };
  await step(async () => {
    const target = { model: kind.odooModel, id: record.id };
    const addresses = await addressesOf(target, numbered ? project : null, deps);
    const { planeWorkspace, odooRecord } = addresses;
    if (facts.length > 0) await step(() => writeFacts(entity, form, record, facts, addresses, deps));
    if (config.options.link_in_odoo === true && planeWorkspace !== null) {
      const address = itemAddress(planeWorkspace, { project, id: form.id });
      await step(() => leaveNote(entity, record.id, form, address, isNew, deps));
    }
    if (madeIn === "plane" && config.options.link_in_plane !== false && odooRecord !== null) {
      await step(() => leaveLink(project, form, odooRecord, isNew, deps));
    }
  });
  return owed;
}

/** One link per address: a second one is refused, which is as good. */
async function leaveLink(
  project: string,
  form: PlaneForm,
  url: string,
  isNew: boolean,
  { plane }: SyncDependencies,
): Promise<void> {
  if (!isNew && (await plane?.client.links(project, form.id))?.some((link) => link.url === url)) return;
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
  isNew: boolean,
  { odoo }: SyncDependencies,
): Promise<void> {
  const id = `plane.link-${kind.planeType}-${form.id}`;
  // A note that is there cannot be loaded again: its place is for administrators.
  if (!isNew && await findByExternalId(odoo(), "mail.message", id) !== null) return;
  const note = {
    id,
    model: kind.odooModel,
    res_id: String(odooId),
    message_type: "notification",
    "subtype_id/id": "mail.mt_note",
    is_internal: "True",
    body: `<p>Plane: <a href="${escapeText(url).replaceAll('"', "&quot;")}">${escapeText(url)}</a></p>`,
  };
  await odoo().load("mail.message", Object.keys(note), [Object.values(note)]);
}
