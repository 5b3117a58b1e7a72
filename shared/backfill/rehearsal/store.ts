/** The engine's memory as a dry run sees it: what is there, and over it what would have been written. */
import type { Effect } from "../../sync/effect.ts";
import type {
  Hint,
  MappingRow,
  PairRow,
  Partner,
  RecordKey,
  SyncStore,
} from "../../store/engine/sync_store.ts";
import type { ValueKind } from "../../store/engine/value_map.ts";
import type { RehearsalMemory } from "./memory.ts";

export interface RehearsalStore extends SyncStore {
  /** What settling would have written. */
  apply(effect: Effect): void;
  /** Pairs and intents that are not in the database, or not so. */
  imagined(): MappingRow[];
}

/**
 * @param memory holds what would have been written
 * @param onHint takes what the engine hints on its way
 */
export function rehearsingStore(
  store: SyncStore,
  memory: RehearsalMemory,
  onHint: (hint: Hint) => Promise<void>,
): RehearsalStore {
  const { pairs, snapshots, values, tally } = memory;
  /** Rows of the database as this request has read them. */
  const seen = new Map<string, MappingRow>();
  const nextId = () => `imagined:${tally.lastPair += 1}`;

  /** By the entity key of either side. */
  const owners = new Map<string, string>();
  const owned = (row: MappingRow): void => {
    if (row.plane_id !== null) owners.set(`${row.plane_type}:${row.plane_id}`, row.id);
    if (row.odoo_id !== null) owners.set(`${row.odoo_model}:${row.odoo_id}`, row.id);
  };
  for (const [, row] of pairs) owned(row);
  const own = (row: MappingRow): void => {
    pairs.set(row.id, row);
    owned(row);
  };
  const mappingOf = (key: RecordKey): MappingRow | undefined =>
    pairs.get(owners.get(`${key.side === "plane" ? key.type : key.model}:${key.id}`) ?? "");
  const partner = (row: MappingRow): Partner => ({
    mappingId: row.id,
    planeType: row.plane_type,
    planeId: row.plane_id,
    planeProjectId: row.plane_project_id,
    odooModel: row.odoo_model,
    odooId: row.odoo_id === null ? null : Number(row.odoo_id),
    deleted: false,
  });

  const readPair = async (key: RecordKey): Promise<PairRow> => {
    const real = await store.readPair(key);
    const mapping = mappingOf(key) ?? real.mapping;
    if (mapping === null) return real;
    seen.set(mapping.id, mapping);
    return { ...real, mapping, snapshot: await snapshots.get(mapping.id) ?? real.snapshot };
  };

  return {
    claim: () => Promise.resolve([]),
    settle: () => Promise.resolve(new Set()),
    hint: onHint,
    readPair,
    readPartner: async (key) => {
      const row = mappingOf(key);
      return row === undefined ? await store.readPartner(key) : partner(row);
    },
    readPartners: async (planeType, planeIds) => {
      const found = new Map(await store.readPartners(planeType, planeIds));
      for (const id of planeIds) {
        const row = mappingOf({ side: "plane", type: planeType, id });
        if (row !== undefined) found.set(id, partner(row));
      }
      return found;
    },
    openIntent: async (_claimed, { key, planeType, odooModel, planeProjectId, matchOdooId }) => {
      const matched = matchOdooId === undefined
        ? null
        : (await readPair({ side: "odoo", model: odooModel, id: matchOdooId })).mapping;
      if (matched !== null && key.side === "plane" && matched.plane_id !== key.id) return matched;
      const known = (await readPair(key)).mapping;
      if (known !== null) {
        return known.odoo_model === odooModel && known.plane_type === planeType ? known : null;
      }
      const row: MappingRow = {
        id: nextId(),
        plane_type: planeType,
        plane_id: key.side === "plane" ? key.id : null,
        plane_project_id: planeProjectId,
        odoo_model: odooModel,
        odoo_id: key.side === "odoo" ? key.id : null,
        origin: key.side,
        sync_direction: "bidirectional",
        status: "active",
        plane_updated_at: null,
        odoo_write_date: null,
      };
      own(row);
      return row;
    },
    // Nothing is written, so nothing can be left unsaid.
    noteAttempt: () => Promise.resolve(nextId()),
    archivedPartners: (projectId, odooModel) => store.archivedPartners(projectId, odooModel),
    readValues: async (wanted) => {
      const found = await store.readValues(wanted);
      for (const kind of Object.keys(found) as ValueKind[]) {
        for (const value of wanted[kind] ?? []) {
          const remembered = values.get(`${kind}:${value}`);
          if (remembered !== undefined && found[kind].get(value)?.manual !== true) {
            found[kind].set(value, remembered);
          }
        }
      }
      return found;
    },
    odooValues: async (kind, odooIds) => {
      const found = new Set(await store.odooValues(kind, odooIds));
      for (const [key, { odooId }] of values) {
        if (key.startsWith(`${kind}:`) && odooId !== null && odooIds.includes(odooId)) found.add(odooId);
      }
      return found;
    },
    rememberValues: (kind, _odooModel, remembered) => {
      for (const value of remembered) {
        values.set(`${kind}:${value.planeValue}`, { ...value, manual: false, stale: false });
      }
      return Promise.resolve();
    },
    forgetValues: () => Promise.resolve(),
    announcementsSince: (planeType, planeId, after) => store.announcementsSince(planeType, planeId, after),
    apply: ({ mapping_id, mapping, snapshot }) => {
      const row = mapping_id === null ? undefined : pairs.get(mapping_id) ?? seen.get(mapping_id);
      if (row === undefined) return;
      const { synced: _synced, last_error: _error, ...written } = mapping;
      own({ ...row, ...written });
      if (snapshot === undefined) return;
      snapshots.set(row.id, {
        plane_base: snapshot.plane_base,
        odoo_base: snapshot.odoo_base,
        plane_seen: JSON.parse(JSON.stringify(snapshot.plane_seen)),
        placeholders: Object.fromEntries(
          Object.entries(snapshot.placeholders).map(([id, html]) => [id, String(html)]),
        ),
      });
    },
    imagined: () => [...pairs].map(([, row]) => row),
  };
}
