/** Hints as the queue of a dry run has them, and what a claim of one would say. */
import type { Claimed } from "../../store/queue.ts";
import type { RunHint } from "../../store/runs/backfill.ts";
import type { RecordKey } from "../../store/engine/sync_store.ts";
import { isOdooModel } from "../../sync/sides/models.ts";
import type { QueuedHint } from "./memory.ts";
import type { RehearsalStore } from "./store.ts";

/** What the queue gives a hint that says nothing else. */
const USUAL_PRIORITY = 5;

export function entityName({ key }: { key: RecordKey }): string {
  return `${key.side === "plane" ? key.type : key.model}:${key.id}`;
}

/** What the queue knows of a hint that was left. Pure. */
export function queuedOf({ key, priority, projectId, payload, waitsFor }: RunHint): QueuedHint {
  const parent = payload?.observed?.parent;
  return {
    priority: priority ?? USUAL_PRIORITY,
    project: projectId ?? null,
    planeId: key.id,
    name: String(payload?.observed?.name ?? ""),
    parent: typeof parent === "string" ? parent : null,
    waitsFor: waitsFor ?? [],
    fromTheStart: false,
    tries: 0,
  };
}

/** The other record of the pair of a record, by its entity key; null: it has none, or only the intent of one. */
export async function partnerOf(entityKey: string, store: RehearsalStore): Promise<string | number | null> {
  const [type = "", id = ""] = entityKey.split(":");
  if (type === "run") return null;
  const isOdoo = isOdooModel(type);
  const partner = await store.readPartner(
    isOdoo ? { side: "odoo", model: type, id } : { side: "plane", type, id },
  );
  return isOdoo ? partner?.planeId ?? null : partner?.odooId ?? null;
}

/** What a claim would have said: under the key of the pair, when there is one. */
export async function claimedOf(
  hint: RunHint,
  { match }: QueuedHint,
  store: RehearsalStore,
): Promise<Claimed> {
  const { key } = hint;
  const partner = key.side === "odoo" ? await store.readPartner(key) : null;
  const entityKey = partner?.planeId != null ? `${partner.planeType}:${partner.planeId}` : entityName(hint);
  return {
    id: crypto.randomUUID(),
    entityKey,
    sourceSystem: key.side,
    sourceId: key.id,
    sourceType: key.side === "plane" ? key.type : key.model,
    operation: hint.operation ?? "update",
    // Beyond the first try nothing is left to settle before it is sent.
    attempts: 2,
    outages: 0,
    maxAttempts: 12,
    crashes: 0,
    fence: "0",
    planeProjectId: hint.projectId ?? hint.payload?.project_id ?? null,
    readFirst: hint.readFirst ?? false,
    planeHinted: key.side === "plane",
    odooHinted: key.side === "odoo",
    payload: { ...hint.payload, ...(match === undefined ? {} : { match_odoo_id: match }) },
    runId: hint.payload?.run_id ?? null,
    lastDeliveryId: null,
    observation: null,
    createdAt: "",
  };
}
