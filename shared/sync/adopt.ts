/** A record of Odoo that belongs to no pair yet: find the pair it belongs to, or make its Plane record. */
import { SuiteError } from "../errors.ts";
import type { OdooRecord } from "../odoo/client.ts";
import type { MappingRow } from "../store/engine/sync_store.ts";
import { attemptsLeft } from "./attempts.ts";
import { type Effect, effectOf } from "./effect.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import { planeRecordOf } from "./sides/external_id.ts";
import { leaveOut } from "./left_out.ts";
import { MadeBefore } from "./sides/made_before.ts";
import { externalIdOf, matches, readRecord } from "./sides/odoo_records.ts";
import { relatedId } from "./lenses/lens.ts";
import type { ActiveLens } from "./plan/plan_input.ts";
import { type Partial, syncPair } from "./sync_pair.ts";
import { PROJECT_MODEL } from "./sides/models.ts";

/**
 * @returns null when there is nothing to do: it is gone, private, or does not take part
 */
export async function adopt<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  odooId: number,
  lenses: readonly ActiveLens<Form>[],
  fields: readonly string[],
  deps: SyncDependencies,
  onMapping: (mapping: MappingRow) => void,
  onPartial: Partial,
): Promise<Effect | null> {
  const { kind, pair, claimed, config } = entity;
  const odoo = deps.odoo();
  const { tombstone } = pair;
  if (tombstone?.reason === "deleted_in_plane" || tombstone?.reason === "deleted_in_odoo") {
    if (pair.mapping === null || pair.attempts.length === 0) return null;
    return { ...effectOf(claimed, pair.mapping.id), ...attemptsLeft(pair) };
  }
  // Asked for before the record is read: somebody may delete it in between, and its name with it. What is then still there had
  // its name all along.
  const ours = pair.mapping === null && tombstone === null
    ? await externalIdOf(odoo, kind.odooModel, odooId)
    : null;
  // Somebody deleted the mapping: the Plane record's own hint links them again.
  const record = await readRecord(odoo, kind.odooModel, odooId, fields);
  if (tombstone !== null) {
    const project = record === null ? null : await kind.placeInPlane?.(record, config, deps) ?? null;
    return lookAt(entity, tombstone.plane_type, tombstone.plane_id, project);
  }
  if (record === null) return goneBeforeItsPair(entity);
  if (pair.mapping === null) {
    const planeRecord = ours === null ? null : planeRecordOf(ours);
    // Made by us, by a worker that has not come to say so, or that died: its intent finds it.
    if (planeRecord !== null) return lookAt(entity, planeRecord.type, planeRecord.id);
    if (!await takesPart(entity, record, deps)) {
      const isLeftOut = kind.odooModel === PROJECT_MODEL && record.active !== false;
      return isLeftOut ? leaveOut() : null;
    }
  }
  const projectId = await kind.placeInPlane?.(record, config, deps) ?? null;
  if (projectId === null && kind.odooModel !== PROJECT_MODEL) {
    // A message that was emptied before anybody knew what had been made of it: as a pair, that learns of it.
    const isMade = pair.mapping !== null && claimed.payload.match_plane_id !== undefined;
    return isMade ? goneBeforeItsPair(entity) : null;
  }
  if (projectId !== null && config.options.plane_projects?.includes(projectId) === false) return null;
  if (deps.plane === undefined) throw new SuiteError("plane_not_configured");
  const mapping = await deps.store.openIntent(claimed, {
    key: { side: "odoo", model: kind.odooModel, id: String(odooId) },
    planeType: kind.planeType,
    odooModel: kind.odooModel,
    planeProjectId: projectId,
  });
  if (mapping === null) throw new SuiteError("lease_lost");
  onMapping(mapping);
  if (mapping.plane_id !== null) return lookAt(entity, mapping.plane_type, mapping.plane_id);
  const match = claimed.payload.match_plane_id;
  const hangsOn = match === undefined ? null : await kind.hangsOn?.(match, entity, deps) ?? null;
  // Deleted since it was named: then it is no match.
  const form = match === undefined
    ? null
    : await kind.read(deps.plane, match, projectId, hangsOn).catch(whenMissing);
  // What the pass before said of its notes.
  let over: Effect["attempts"];
  const syncWith = (form: Form | null, madeBefore?: "plane") => {
    const found = form !== null;
    const now = {
      mapping,
      form,
      record,
      odooId,
      projectId,
      fresh: found,
      linkedNow: found,
      madeBefore,
      over,
      lenses,
      fields,
    };
    return syncPair({ ...entity, mapping }, now, deps, (effect) => {
      over = effect.attempts?.filter(({ id }) => !pair.attempts.some((found) => found.id === id));
      onPartial(effect);
    });
  };
  try {
    return await syncWith(form);
  } catch (thrown) {
    if (!(thrown instanceof MadeBefore) || deps.plane === undefined) throw thrown;
    const made = await kind.read(deps.plane, thrown.planeId, projectId, hangsOn).catch(whenMissing) ??
      await kind.readArchived?.(deps.plane, thrown.planeId, projectId) ?? null;
    if (made === null) throw thrown;
    return await syncWith(made, "plane");
  }
}

/**
 * The Odoo record was deleted before its pair was complete. What Plane has made of it meanwhile is still its partner: as a pair
 * it learns that it has lost its other half.
 */
function goneBeforeItsPair<Form extends PlaneForm>(
  { claimed, pair, kind }: SyncEntity<Form>,
): Effect | null {
  const { mapping } = pair;
  const match = claimed.payload.match_plane_id;
  if (mapping === null) return null;
  if (match === undefined) {
    return {
      ...effectOf(claimed, mapping.id),
      ...attemptsLeft(pair),
      mapping: { status: "archived", synced: false },
    };
  }
  return {
    ...effectOf(claimed, mapping.id),
    mapping: { plane_id: match, plane_type: kind.planeType, status: "active", synced: false },
    created: true,
    hints: [{ key: { side: "plane", type: kind.planeType, id: match }, priority: 6 }],
  };
}

function whenMissing(thrown: unknown): null {
  if (thrown instanceof SuiteError && thrown.code === "plane_not_found") return null;
  throw thrown;
}

function lookAt<Form extends PlaneForm>(
  { claimed, config }: SyncEntity<Form>,
  type: string,
  id: string,
  placedIn: string | null = null,
): Effect {
  const project = placedIn ?? claimed.payload.project_id ?? config.options.plane_project;
  return {
    ...effectOf(claimed, null),
    hints: [{
      key: { side: "plane", type, id },
      priority: 6,
      ...(project === undefined ? {} : { projectId: project }),
    }],
  };
}

/** What the configuration leaves out is left alone until it is linked. */
async function takesPart<Form extends PlaneForm>(
  { config, kind, ways }: SyncEntity<Form>,
  record: OdooRecord,
  { odoo }: SyncDependencies,
): Promise<boolean> {
  const { create_in_plane, odoo_projects, odoo_domain } = config.options;
  if (create_in_plane === false || !ways.toPlane || record.active === false) return false;
  const isProject = kind.odooModel === PROJECT_MODEL;
  // Records of a model that knows no projects belong to all.
  if (odoo_projects !== undefined && (isProject || Object.hasOwn(record, "project_id"))) {
    const project = isProject ? record.id : relatedId(record.project_id);
    if (project === null || !odoo_projects.includes(project)) return false;
  }
  return odoo_domain === undefined || await matches(odoo(), kind.odooModel, record.id, odoo_domain);
}
