/** What the reliability tests share: a database, a sandbox Odoo, on request a sandbox Plane, and workers of any kind. */
import { type SandboxOdoo, startSandboxOdoo } from "../../dev/sandbox/odoo/server.ts";
import { type SandboxPlane, startSandboxPlane } from "../../dev/sandbox/plane/server.ts";
import { recordDelivery } from "../../shared/store/deliveries.ts";
import { normalisePlane } from "../../shared/webhook/normalise_plane.ts";
import { createTestDatabase } from "./database.ts";
import {
  createWorker,
  type Observer,
  type Worker,
  WORKER_DEFAULTS,
  type WorkerTarget,
} from "./sync_worker.ts";

export interface ReliabilityWorld extends AsyncDisposable {
  target: WorkerTarget;
  odoo: SandboxOdoo;
  plane: SandboxPlane;
  /** A worker in this process; ended with the world. */
  worker: Worker;
  /** One more worker with a pool of its own; ended with the world. */
  addWorker(change?: Partial<WorkerTarget>, observer?: Observer): Worker;
  /** Stores a verified envelope, as the webhook would. */
  deliver(envelope: object): Promise<void>;
  /** Lets every lease end and every rest be over, as if enough time had passed. */
  passTime(): Promise<void>;
}

/** @param options.readsPlane false: the workers have no access to Plane, only its webhooks */
export async function createReliabilityWorld(
  change: Partial<WorkerTarget> = {},
  options: { readsPlane: boolean } = { readsPlane: true },
): Promise<ReliabilityWorld> {
  const database = await createTestDatabase();
  const odoo = await startSandboxOdoo();
  const plane = await startSandboxPlane({ requestsPerMinute: 1_000_000 });
  odoo.addUser({ login: plane.users.alice.email, name: "Alice" });
  const target: WorkerTarget = {
    ...WORKER_DEFAULTS,
    databaseUrl: database.url,
    odoo: { url: odoo.url, database: odoo.database, login: odoo.login, apiKey: odoo.apiKey },
    ...(options.readsPlane
      ? { plane: { url: plane.url, apiKey: plane.apiKeys.service, workspaceSlug: plane.workspaceSlug } }
      : {}),
    ...change,
  };
  const workers: Worker[] = [];
  const addWorker: ReliabilityWorld["addWorker"] = (more = {}, observer) => {
    const worker = createWorker({ ...target, ...more }, observer);
    workers.push(worker);
    return worker;
  };
  const worker = addWorker();
  return {
    target,
    odoo,
    plane,
    worker,
    addWorker,
    deliver: async (envelope) => {
      const body = JSON.stringify(envelope);
      const bytes = new TextEncoder().encode(body);
      await recordDelivery(
        worker.sql,
        normalisePlane(JSON.parse(body), bytes, crypto.randomUUID(), crypto.randomUUID()),
        body,
      );
    },
    passTime: async () => {
      // Without waiting for a row that is being settled just now, while holding others: that could be a deadlock.
      await worker.sql`
        with locked as materialized (
          select id from plane.sync_queue
          where status in ('pending', 'processing') and next_attempt_at < 'infinity' for update skip locked
        )
        update plane.sync_queue q set next_attempt_at = clock_timestamp(), lock_until = clock_timestamp() from locked where locked.id = q.id`;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((each) => each.end()));
      await odoo.close();
      await plane.close();
      await database.drop();
    },
  };
}
