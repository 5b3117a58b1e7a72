/** What the engine's code is given in an isolate, as supabase/functions/plane-sync wires it: both clients, the store, the clocks. */
import { ClockOffset, watchingDates } from "../../../shared/clock_offset.ts";
import { createOdooClient } from "../../../shared/odoo/client.ts";
import type { Lane } from "../../../shared/plane/call_budget.ts";
import { PlaneClient, type PlaneClientDependencies } from "../../../shared/plane/client.ts";
import { withRetries } from "../../../shared/plane/with_retries.ts";
import { withinBudget } from "../../../shared/plane/within_budget.ts";
import type { PlaneAccess, SyncDependencies } from "../../../shared/sync/sides/dependencies.ts";
import { createPlaneDirectory } from "../../../shared/sync/sides/plane_directory.ts";
import type { Exchange, Reply } from "../../../dev/sandbox/exchange.ts";
import type { Isolate } from "../kernel/isolate.ts";
import { budgetFrom } from "./budget_port.ts";
import { fetchFrom } from "./network.ts";
import type { Reader } from "./pass.ts";
import type { Side } from "./schedule.ts";
import { storeFrom } from "./store_port.ts";
import type { WorkerWorld } from "./worker.ts";

/** As shipped, in ms. */
const ODOO_TIMEOUT_MS = 45_000;
const PLANE_TIMEOUT_MS = 30_000;

export interface Wired extends SyncDependencies {
  readonly plane: PlaneAccess;
  /** Plane in the lane that takes what the others leave. */
  readonly backfillPlane: PlaneAccess;
}

/** @param onEffect called when a request has taken effect */
export function wire(
  world: WorkerWorld,
  isolate: Isolate,
  onEffect: (worker: Reader, side: Side, exchange: Exchange, reply: Reply, heard: boolean) => void,
): Wired {
  const { kernel, trouble, wallClock } = world;
  const offsets = { plane: new ClockOffset(), odoo: new ClockOffset() };
  const fetchOf = (side: Side) =>
    watchingDates(
      fetchFrom({
        side,
        isolate,
        trouble,
        server: side === "plane" ? world.plane.handle : world.odoo.handle,
        onEffect: (reader, ...effect) => onEffect(reader, side, ...effect),
      }),
      wallClock,
      (...dates) => offsets[side].observe(...dates),
    );
  const odoo = createOdooClient({
    url: world.odoo.url,
    apiKey: world.odoo.apiKey,
    database: world.odoo.database,
    login: world.odoo.login,
    protocol: "json2",
    timeoutMs: ODOO_TIMEOUT_MS,
  }, { fetch: fetchOf("odoo") });
  const now = () => kernel.now;
  const planeIn = (lane: Lane): PlaneAccess => {
    const client = new PlaneClient({
      baseUrl: world.plane.url,
      apiKey: world.plane.apiKeys.bot,
      workspaceSlug: world.plane.workspaceSlug,
      timeoutMs: PLANE_TIMEOUT_MS,
    }, { fetch: fetchOf("plane"), ...booking(world, isolate, lane) });
    return { client, directory: createPlaneDirectory(client, now) };
  };
  return {
    store: storeFrom(isolate, world.store, trouble, world.claims),
    odoo: () => odoo,
    capabilities: () => Promise.resolve(world.capabilities),
    plane: planeIn("live"),
    backfillPlane: planeIn("backfill"),
    now,
    wallClock,
    clockOffsets: { plane: () => offsets.plane.offsetMs(), odoo: () => offsets.odoo.offsetMs() },
    odooTimeoutMs: ODOO_TIMEOUT_MS,
    planeTimeoutMs: PLANE_TIMEOUT_MS,
    log: () => {},
  };
}

/** Every request to Plane is booked, as the function does it, when there is a budget. */
function booking(
  { budget, kernel, trouble }: WorkerWorld,
  isolate: Isolate,
  lane: Lane,
): Pick<PlaneClientDependencies, "wrap"> {
  if (budget === undefined) return {};
  const now = () => kernel.now;
  const booked = {
    budget: budgetFrom(isolate, budget, trouble),
    credential: "default",
    lane,
    longestWaitMs: 15_000,
    now,
  } as const;
  const random = () => trouble.random.next();
  return {
    wrap: (transport) => withRetries(withinBudget(transport, booked), { now, random, deadlineMs: 45_000 }),
  };
}
