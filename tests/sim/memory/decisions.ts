/** What people do to the tables: plane.resolve_conflict, plane.pause and plane.resume, a deleted mapping, a value by hand. */
import type { Hint, Resolution } from "../../../shared/store/engine/sync_store.ts";
import type { ValueKind } from "../../../shared/store/engine/value_map.ts";
import type { PauseScope } from "../../contract/sync_store/world.ts";
import { entityKey, leaveFreeHint } from "./hints.ts";
import { type Mapping, type QueueRow, stored, type Tables } from "./tables.ts";

/** False: there is no such open conflict. */
export function resolveConflict(
  tables: Tables,
  id: string,
  resolution: Resolution,
  now: number,
  newId: () => string,
): boolean {
  const conflict = tables.conflicts.find((one) => one.id === id && one.status === "open");
  const mapping = tables.mappings.get(conflict?.mappingId ?? "");
  if (conflict === undefined || mapping === undefined) return false;
  const hint = (key: Hint["key"], projectId: string | null): string => {
    leaveFreeHint(tables, { key, priority: 7, projectId }, now, newId);
    return entityKey(tables, key.side, key.side === "plane" ? key.type : key.model, key.id);
  };
  let queued = "";
  if (mapping.odoo_id !== null) {
    queued = hint({ side: "odoo", model: mapping.odoo_model, id: mapping.odoo_id }, null);
  }
  if (mapping.plane_id !== null) {
    queued = hint(
      { side: "plane", type: mapping.plane_type, id: mapping.plane_id },
      mapping.plane_project_id,
    );
  }
  conflict.resolution = stored(resolution);
  conflict.resolutionGeneration = tables.queue.get(queued)?.generation ?? null;
  return true;
}

/** How many things were on before and are off now. */
export function pause(tables: Tables, scope: PauseScope): number {
  return change(tables, scope, {
    all: () => !tables.paused && (tables.paused = true),
    pair: (config) => setEnabled(tables, config, false),
    entity: (mapping) => {
      const on = mapping.status === "active" || mapping.status === "error";
      if (on) mapping.status = "paused";
      return on;
    },
  });
}

/** How many things were off before and are on now; what was parked meanwhile is due. */
export function resume(tables: Tables, scope: PauseScope): number {
  return change(tables, scope, {
    all: () => tables.paused && !(tables.paused = false),
    pair: (config) => setEnabled(tables, config, true),
    entity: (mapping) => {
      if (mapping.status !== "paused") return false;
      mapping.status = "active";
      lookAgainAt(tables, mapping);
      return true;
    },
  });
}

/** Whatever changes in the configuration, parked entities of its kinds look at it. */
function setEnabled(tables: Tables, config: Tables["configs"][number], enabled: boolean): boolean {
  if (config.enabled === enabled) return false;
  config.enabled = enabled;
  lookAgain(tables, (row) => row.sourceType === config.plane_type || row.sourceType === config.odoo_model);
  return true;
}

interface Changes {
  all: () => boolean;
  pair: (config: Tables["configs"][number]) => boolean;
  entity: (mapping: Mapping) => boolean;
}

function change(tables: Tables, scope: PauseScope, changes: Changes): number {
  switch (scope.scope) {
    case "all":
      return changes.all() ? 1 : 0;
    case "pair":
      return tables.configs.filter((config) =>
        config.plane_type === scope.planeType && config.odoo_model === scope.odooModel && changes.pair(config)
      ).length;
    case "entity":
      return [...tables.mappings.values()].filter((mapping) =>
        ((mapping.plane_type === scope.type && mapping.plane_id === scope.id) ||
          (mapping.odoo_model === scope.type && mapping.odoo_id === scope.id)) && changes.entity(mapping)
      ).length;
  }
}

/** plane.look_again: what is parked is due, and for what is at work it is a hint. */
function lookAgain(tables: Tables, concerns: (row: QueueRow) => boolean): void {
  for (const row of tables.queue.values()) {
    const parked = row.status === "pending" && row.nextAttemptAt === Infinity;
    if (!concerns(row) || (!parked && row.status !== "processing")) continue;
    row.generation += 1;
    if (parked) row.nextAttemptAt = row.lastAttemptAt ?? row.createdAt;
  }
}

function lookAgainAt(tables: Tables, mapping: Mapping): void {
  const keys = [`${mapping.plane_type}:${mapping.plane_id}`, `${mapping.odoo_model}:${mapping.odoo_id}`];
  lookAgain(tables, (row) => keys.includes(row.entityKey));
}

/** Forgets the link, not the partner. */
export function deleteMapping(tables: Tables, id: string, now: number): void {
  const mapping = tables.mappings.get(id);
  if (mapping === undefined) return;
  const plane = `${mapping.plane_type}:${mapping.plane_id}`;
  tables.mappings.delete(id);
  tables.snapshots.delete(id);
  tables.byPlane.delete(plane);
  tables.byOdoo.delete(`${mapping.odoo_model}:${mapping.odoo_id}`);
  const others = tables.conflicts.filter(({ mappingId }) => mappingId !== id);
  tables.conflicts.splice(0, tables.conflicts.length, ...others);
  tables.attempts = tables.attempts.filter(({ mappingId }) => mappingId !== id);
  for (const line of tables.log) if (line.mappingId === id) line.mappingId = null;
  if (mapping.plane_id !== null && mapping.odoo_id !== null && !tables.tombstones.has(plane)) {
    tables.tombstones.set(plane, {
      plane_type: mapping.plane_type,
      plane_id: mapping.plane_id,
      odoo_model: mapping.odoo_model,
      odoo_id: mapping.odoo_id,
      reason: "mapping_deleted",
      createdAt: now,
    });
  }
  if (mapping.status === "paused") lookAgainAt(tables, mapping);
}

export function decideValue(
  tables: Tables,
  kind: ValueKind,
  planeValue: string,
  odooId: number | null,
  now: number,
): void {
  const known = tables.values.get(`${kind}:${planeValue}`);
  tables.values.set(`${kind}:${planeValue}`, {
    ...known ?? { kind, planeValue, planeName: "", odooModel: "any", updatedAt: now },
    odooId,
    decidedBy: "manual",
  });
}
