/**
 * A world for tests of the synchronisation: a real database, a sandbox Odoo, a sandbox Plane when wanted, and a worker that
 * drains on demand in this process.
 */
import {
  createOdooClient,
  type OdooClient,
  type OdooClientConfig,
  type OdooRecord,
} from "../../shared/odoo/client.ts";
import { readCapabilities } from "../../shared/odoo/capabilities.ts";
import { PlaneClient } from "../../shared/plane/client.ts";
import { drain, type DrainReport } from "../../shared/queue/drain.ts";
import { createWake } from "../../shared/queue/wake.ts";
import { openDatabase, type Sql } from "../../shared/store/database.ts";
import { recordDelivery } from "../../shared/store/deliveries.ts";
import { createSqlStore } from "../../shared/store/engine/sql_store.ts";
import { createPlaneDirectory } from "../../shared/sync/sides/plane_directory.ts";
import { createProcessor } from "../../shared/sync/process.ts";
import { normalisePlane } from "../../shared/webhook/normalise_plane.ts";
import type { Extensions } from "../../dev/sandbox/odoo/schema.ts";
import { type SandboxOdoo, startSandboxOdoo } from "../../dev/sandbox/odoo/server.ts";
import { type InProcessSandboxPlane, startSandboxPlane } from "../../dev/sandbox/plane/server.ts";
import { createTestDatabase } from "./database.ts";
import type { RealPlane } from "./real_plane.ts";

export interface SyncWorld extends AsyncDisposable {
  sql: Sql;
  /** For whoever opens connections of its own. */
  databaseUrl: string;
  odoo: OdooClient;
  /** Throws when the world has a real Odoo. */
  readonly sandboxOdoo: SandboxOdoo;
  /** Undefined unless asked for: then nothing can be read from Plane. */
  plane: InProcessSandboxPlane | undefined;
  /** How many requests Odoo has got from here. */
  odooRequests(): number;
  /** Runs once, just before the next change is sent to Plane: what lands between our reading and our write. */
  beforePlaneWrite: (() => Promise<void>) | undefined;
  /** The worker dies once, when all it has to do is to say what it did: its lease has ended. */
  dieBeforeSettling(): void;
  /** Lines the worker logged, as objects. */
  log: Record<string, unknown>[];
  /** Stores a verified v1, v2 or legacy envelope, as the webhook would. Returns true unless it is a duplicate. */
  deliver(envelope: object): Promise<boolean>;
  /** Stores what Plane has sent since the last time, and processes everything that is due. */
  arrive(): Promise<DrainReport>;
  /** Whether Plane has sent something that has not arrived. */
  hasNews(): boolean;
  /** What an automation in Odoo says after a change, and everything that is due. */
  hintOdoo(model: string, id: number): Promise<DrainReport>;
  /** Processes everything that is due. */
  drain(): Promise<DrainReport>;
  /** Half an hour passes for what was refused: it is due, and time to try it again. */
  letRefusedRest(): Promise<void>;
  /** The engine's day has just begun: what is to happen within one day does not depend on when the test runs. */
  beginNextDay(): void;
  /** The Odoo task or project that belongs to a Plane record; archived ones too. */
  partner(planeType: "issue" | "project", planeId: string): Promise<OdooRecord>;
  close(): Promise<void>;
}

const CONFIG = { leaseMs: 60_000, restMs: 50, wallClockMs: 30_000, entities: 10_000, concurrency: 4 };

const DAY_MS = 86_400_000;

/** What the tests look at. */
const FIELDS = {
  "project.project": ["name", "description", "active"],
  "project.task": [
    "name",
    "description",
    "priority",
    "stage_id",
    "state",
    "user_ids",
    "tag_ids",
    "date_deadline",
    "parent_id",
    "project_id",
    "active",
  ],
};

export interface SyncWorldOptions {
  withPlane?: boolean;
  /** Of the sandbox Plane, for whoever asks more than a key of a service may. */
  planeRequestsPerMinute?: number;
  odooVersion?: 17 | 18 | 19;
  /** How far Odoo's clock is ahead of Plane's: what is written there counts as that much later. */
  odooAheadMs?: number;
  /** A real Odoo instead of the sandbox. */
  realOdoo?: Omit<OdooClientConfig, "timeoutMs">;
  /** A real Plane instead of the sandbox; whoever opened it closes it. */
  realPlane?: RealPlane;
  /** Fields and models that add-ons bring into the sandbox Odoo. */
  odooExtensions?: Extensions;
  /** Whether links are left on what is made: then both sides have public addresses. */
  withLinks?: boolean;
}

export async function createSyncWorld(options: SyncWorldOptions = {}): Promise<SyncWorld> {
  const database = await createTestDatabase();
  const sql = openDatabase({ databaseUrl: database.url, databasePrepare: "on", databaseConnections: 4 });
  const sandboxOdoo = options.realOdoo === undefined
    ? await startSandboxOdoo({
      ...options.odooExtensions,
      version: options.odooVersion ?? 19,
      now: () => Date.now() + (options.odooAheadMs ?? 0),
    })
    : undefined;
  // Nobody sets a real server's clock.
  const planeBehindMs = options.realOdoo === undefined ? 0 : options.odooAheadMs ?? 0;
  const plane = options.withPlane === true && options.realPlane === undefined
    ? await startSandboxPlane({
      now: () => Date.now() - planeBehindMs,
      ...(options.planeRequestsPerMinute === undefined
        ? {}
        : { requestsPerMinute: options.planeRequestsPerMinute }),
    })
    : undefined;
  const tells = options.realPlane ?? plane;
  let odooRequests = 0;
  const countingFetch: typeof fetch = (input, init) => {
    odooRequests += 1;
    return fetch(input, init);
  };
  const target = options.realOdoo ?? { ...sandboxTarget(sandboxOdoo), protocol: "auto" as const };
  const odoo = createOdooClient({ ...target, timeoutMs: 20_000 }, { fetch: countingFetch });
  const log: Record<string, unknown>[] = [];
  let beforePlaneWrite: SyncWorld["beforePlaneWrite"];
  const beforeWrite = async () => {
    const act = beforePlaneWrite;
    beforePlaneWrite = undefined;
    await act?.();
  };
  let passedMs = 0;
  let isDying = false;
  let isDead = false;
  const planeTarget = targetOf(plane, options.realPlane);
  const store = createSqlStore(sql);
  let capabilities: ReturnType<typeof readCapabilities> | undefined;
  const processor = createProcessor({
    store,
    odoo: () => odoo,
    capabilities: () => capabilities ??= readCapabilities(odoo),
    plane: planeTarget === undefined ? undefined : planeAccess(planeTarget, beforeWrite),
    ...(options.withLinks === true
      ? { urls: { odoo: target.url, plane: plane?.url, planeWorkspace: plane?.workspaceSlug } }
      : {}),
    now: () => performance.now(),
    wallClock: () => Date.now() + passedMs,
    clockOffsets: { plane: () => 0, odoo: () => 0 },
    odooTimeoutMs: 20_000,
    planeTimeoutMs: 20_000,
    log: (level, event, facts) => log.push({ level, event, ...facts }),
  });

  const receiver = plane === undefined ? undefined : Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ ok: true }),
  );
  if (receiver !== undefined) plane?.webhooks.add({ url: `http://127.0.0.1:${receiver.addr.port}/` });
  let arrived = 0;

  const close = async () => {
    await receiver?.shutdown();
    await sql.end({ timeout: 1 });
    await sandboxOdoo?.close();
    await plane?.close();
    await database.drop();
  };
  const deliver = async (envelope: object): Promise<boolean> => {
    const body = JSON.stringify(envelope);
    const delivery = normalisePlane(
      JSON.parse(body),
      new TextEncoder().encode(body),
      crypto.randomUUID(),
      crypto.randomUUID(),
    );
    return !(await recordDelivery(sql, delivery, body)).duplicate;
  };
  const drainAll = () => {
    isDead = false;
    return drain({
      ...processor,
      claim: (limit) => store.claim("test", limit, CONFIG.leaseMs),
      settle: async (settlements) => {
        if (!isDying) return await store.settle(settlements);
        isDying = false;
        isDead = true;
        await sql`update plane.sync_queue set lock_until = clock_timestamp() - interval '1 second'
          where id = any (${settlements.map(({ claimed }) => claimed.id)}::uuid[])`;
        throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
      },
      now: () => performance.now(),
      random: () => 0.4,
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      wake: createWake(),
      stopping: () => isDead,
      onSettleFailed: (error) => log.push({ level: "error", event: "settle_failed", code: error.code }),
    }, CONFIG);
  };
  return {
    sql,
    databaseUrl: database.url,
    odoo,
    get sandboxOdoo() {
      return sandboxTarget(sandboxOdoo);
    },
    plane,
    get beforePlaneWrite() {
      return beforePlaneWrite;
    },
    set beforePlaneWrite(act) {
      beforePlaneWrite = act;
    },
    letRefusedRest: async () => {
      passedMs += 1_800_000;
      await sql`update plane.sync_queue set next_attempt_at = now() where status = 'pending' and last_error = 'refused'`;
    },
    beginNextDay: () => {
      passedMs += DAY_MS - (Date.now() + passedMs) % DAY_MS;
    },
    dieBeforeSettling: () => void (isDying = true),
    odooRequests: () => odooRequests,
    log,
    deliver,
    arrive: async () => {
      await tells?.idle();
      for (const { body } of tells?.deliveries.slice(arrived) ?? []) await deliver(JSON.parse(body));
      arrived = tells?.deliveries.length ?? 0;
      return await drainAll();
    },
    hasNews: () => (tells?.deliveries.length ?? 0) > arrived,
    hintOdoo: async (model, id) => {
      await store.hint({ key: { side: "odoo", model, id: String(id) } });
      return await drainAll();
    },
    drain: drainAll,
    partner: async (planeType, planeId) => {
      const [row] = await sql<{ odoo_id: string }[]>`
        select odoo_id from plane.sync_mappings where plane_type = ${planeType} and plane_id = ${planeId}`;
      const model = planeType === "issue" ? "project.task" : "project.project";
      const call = { context: { active_test: false } };
      const [record] = row === undefined
        ? []
        : await odoo.read(model, [Number(row.odoo_id)], FIELDS[model], call);
      if (record === undefined) throw new Error(`${planeType} ${planeId} has no partner`);
      return record;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface PlaneTarget {
  baseUrl: string;
  apiKey: string;
  workspaceSlug: string;
  fetch: typeof fetch;
}

function targetOf(
  sandbox: InProcessSandboxPlane | undefined,
  real: RealPlane | undefined,
): PlaneTarget | undefined {
  if (real !== undefined) return { ...real.target, baseUrl: real.target.url, fetch: real.fetch };
  if (sandbox === undefined) return undefined;
  const { url, apiKeys, workspaceSlug } = sandbox;
  // Asked for at each call: a test may stand in its way for a while.
  return { baseUrl: url, apiKey: apiKeys.service, workspaceSlug, fetch: (input, init) => fetch(input, init) };
}

function planeAccess(target: PlaneTarget, beforeWrite: () => Promise<void>) {
  const watchingFetch: typeof fetch = async (input, init) => {
    if (init?.method === "PATCH") await beforeWrite();
    return await target.fetch(input, init);
  };
  const client = new PlaneClient(target, { fetch: watchingFetch });
  return { client, directory: createPlaneDirectory(client, () => performance.now()) };
}

function sandboxTarget(sandbox: SandboxOdoo | undefined): SandboxOdoo {
  if (sandbox === undefined) throw new Error("this world has a real Odoo");
  return sandbox;
}
