/**
 * The worker of the synchronisation as plane-sync wires it, for tests that look over its shoulder: every call that leaves the
 * process, to the database, to Odoo or to Plane, passes an observer, which may count it, delay it or end the process.
 */
import { readCapabilities } from "../../shared/odoo/capabilities.ts";
import { createOdooClient } from "../../shared/odoo/client.ts";
import { PlaneClient } from "../../shared/plane/client.ts";
import { drain, type DrainReport } from "../../shared/queue/drain.ts";
import { createWake } from "../../shared/queue/wake.ts";
import { openDatabase, type Sql } from "../../shared/store/database.ts";
import { createSqlStore } from "../../shared/store/engine/sql_store.ts";
import { createPlaneDirectory } from "../../shared/sync/sides/plane_directory.ts";
import { createProcessor } from "../../shared/sync/process.ts";

/** Plain data, so that it can be given to another process. */
export interface WorkerTarget {
  databaseUrl: string;
  odoo: { url: string; database: string; login: string; apiKey: string };
  plane?: { url: string; apiKey: string; workspaceSlug: string };
  leaseMs: number;
  restMs: number;
  odooTimeoutMs: number;
  concurrency: number;
}

/** Sees each call with its name, and makes it. */
export type Observer = <Result>(name: string, call: () => Promise<Result>) => Promise<Result>;

export interface Worker {
  sql: Sql;
  /** Processes everything that is due. */
  drain(): Promise<DrainReport>;
  /** Codes of settlements that could not be written. */
  readonly settleFailures: string[];
  end(): Promise<void>;
}

export const WORKER_DEFAULTS = { leaseMs: 60_000, restMs: 50, odooTimeoutMs: 20_000, concurrency: 1 };

const passOn: Observer = (_name, call) => call();

export function createWorker(target: WorkerTarget, observer: Observer = passOn): Worker {
  const pool = openDatabase({
    databaseUrl: target.databaseUrl,
    databasePrepare: "on",
    databaseConnections: Math.max(2, target.concurrency),
  });
  const odoo = observed(
    createOdooClient({ ...target.odoo, protocol: "auto", timeoutMs: target.odooTimeoutMs }, { fetch }),
    "odoo",
    observer,
  );
  const now = () => performance.now();
  let capabilities: ReturnType<typeof readCapabilities> | undefined;
  const store = observed(createSqlStore(pool), "store", observer);
  const processor = createProcessor({
    store,
    odoo: () => odoo,
    capabilities: () => capabilities ??= readCapabilities(odoo),
    plane: planeAccess(target, observer, now),
    now,
    wallClock: Date.now,
    clockOffsets: { plane: () => 0, odoo: () => 0 },
    odooTimeoutMs: target.odooTimeoutMs,
    planeTimeoutMs: target.odooTimeoutMs,
    log: () => {},
  });
  const settleFailures: string[] = [];
  const workerId = crypto.randomUUID();
  return {
    sql: pool,
    settleFailures,
    drain: () =>
      drain({
        ...processor,
        claim: (limit) => store.claim(workerId, limit, target.leaseMs),
        settle: (settlements) => store.settle(settlements),
        now,
        random: () => 0,
        sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
        wake: createWake(),
        stopping: () => false,
        onSettleFailed: (error) => settleFailures.push(error.code),
      }, { ...target, wallClockMs: 120_000, entities: Infinity }),
    end: () => pool.end({ timeout: 5 }),
  };
}

function planeAccess({ plane }: WorkerTarget, observer: Observer, now: () => number) {
  if (plane === undefined) return undefined;
  const client = observed(
    new PlaneClient(
      { baseUrl: plane.url, apiKey: plane.apiKey, workspaceSlug: plane.workspaceSlug },
      { fetch },
    ),
    "plane",
    observer,
  );
  return { client, directory: createPlaneDirectory(client, now) };
}

/** Every method of the target passes the observer. */
function observed<Target extends object>(target: Target, name: string, observer: Observer): Target {
  return new Proxy(target, {
    get(object, key) {
      const member: unknown = Reflect.get(object, key, object);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        const about = typeof args[0] === "string" && name === "odoo" ? ` ${args[0]}` : "";
        return observer(
          `${name}.${String(key)}${about}`,
          async () => await Reflect.apply(member, object, args) as unknown,
        );
      };
    },
  });
}
