/** Edits on either side of a pair, with every request that reaches the sandboxes counted. */
import { createSyncWorld, type SyncWorld } from "../../tests/support/sync_world.ts";

export interface Counted {
  plane_calls_update_to_odoo: number;
  odoo_writes_update_to_odoo: number;
  odoo_reads_update_to_odoo: number;
  plane_reads_update_to_plane: number;
  plane_writes_update_to_plane: number;
  echo_calls: number;
  echo_reads_v2: number;
  echo_reads_odoo: number;
  writes_for_six_fields: number;
}

interface Requests {
  planeReads: number;
  planeWrites: number;
  odooReads: number;
  odooWrites: number;
}

const ODOO_WRITES: ReadonlySet<string> = new Set(["write", "create", "load", "unlink", "message_post"]);
const EDITS = 3;

/** @returns the worst of several edits of each kind */
export async function countEdits(): Promise<Counted> {
  await using world = await createSyncWorld({ withPlane: true });
  const plane = world.plane;
  if (plane === undefined) throw new Error("The bench needs the sandbox Plane.");
  const receiver = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ ok: true }),
  );
  try {
    plane.webhooks.add({ url: `http://127.0.0.1:${receiver.addr.port}/`, version: "v2" });
    const { id: project } = await plane.api("POST", "/projects/", { name: "Bench", identifier: "BENCH" });
    await world.arrive();
    const { id: item } = await plane.api("POST", `/projects/${project}/work-items/`, { name: "Start" });
    await world.arrive();
    const task = Number((await world.partner("issue", String(item))).id);
    const path = `/projects/${project}/work-items/${item}/`;
    const door = doorsOf(world, plane);
    const worst: Counted = {
      plane_calls_update_to_odoo: 0,
      odoo_writes_update_to_odoo: 0,
      odoo_reads_update_to_odoo: 0,
      plane_reads_update_to_plane: 0,
      plane_writes_update_to_plane: 0,
      echo_calls: 0,
      echo_reads_v2: 0,
      echo_reads_odoo: 0,
      writes_for_six_fields: 0,
    };
    const seen = (name: keyof Counted, value: number) => worst[name] = Math.max(worst[name], value);
    // The lists behind a record's ids, and what Odoo can hold, are asked for once.
    await world.odoo.write("project.task", [task], { name: "Warm" });
    await world.hintOdoo("project.task", task);
    await world.arrive();

    for (let edit = 1; edit <= EDITS; edit++) {
      await plane.api("PATCH", path, { name: `From Plane ${edit}` });
      const forth = await door.count(() => door.announce("v1"));
      await expectName(world, plane, path, task, `From Plane ${edit}`);
      seen("plane_calls_update_to_odoo", forth.planeReads + forth.planeWrites);
      seen("odoo_writes_update_to_odoo", forth.odooWrites);
      seen("odoo_reads_update_to_odoo", forth.odooReads);
      const odooEcho = await door.count(async () => void await world.hintOdoo("project.task", task));
      seen("echo_reads_odoo", all(odooEcho));
      door.forget();

      await world.odoo.write("project.task", [task], { name: `From Odoo ${edit}` });
      const back = await door.count(async () => void await world.hintOdoo("project.task", task));
      await expectName(world, plane, path, task, `From Odoo ${edit}`);
      seen("plane_reads_update_to_plane", back.planeReads);
      seen("plane_writes_update_to_plane", back.planeWrites);
      const [first, second] = edit % 2 === 1 ? ["v1", "v2"] as const : ["v2", "v1"] as const;
      for (const version of [first, second]) {
        const echo = await door.count(() => door.announce(version));
        seen(version === "v1" ? "echo_calls" : "echo_reads_v2", all(echo));
      }

      door.forget();
      await plane.api("PATCH", path, {
        name: `Six ${edit}`,
        description_html: `<p>Six ${edit}</p>`,
        priority: ["urgent", "high", "medium"][edit % 3],
        start_date: `2026-12-0${edit}`,
        target_date: `2026-12-1${edit}`,
        state: await stateNumber(plane, String(project), edit),
      });
      if (await door.waiting("v1") < 6) throw new Error("Six fields are six webhooks.");
      seen("writes_for_six_fields", (await door.count(() => door.announce("v1"))).odooWrites);
      await expectName(world, plane, path, task, `Six ${edit}`);
      door.forget();
    }
    return worst;
  } finally {
    await receiver.shutdown();
  }
}

type Plane = NonNullable<SyncWorld["plane"]>;

/** What reached either side, and the webhooks that have not been passed on yet. */
function doorsOf(world: SyncWorld, plane: Plane) {
  let passed = plane.deliveries.length;
  return {
    count: async (act: () => Promise<void>): Promise<Requests> => {
      const [fromPlane, fromOdoo] = [plane.requests.length, world.sandboxOdoo.calls.length];
      await act();
      const requests = plane.requests.slice(fromPlane);
      const calls = world.sandboxOdoo.calls.slice(fromOdoo);
      const reads = requests.filter(({ method }) => method === "GET").length;
      const writes = calls.filter(({ method }) => ODOO_WRITES.has(method)).length;
      return {
        planeReads: reads,
        planeWrites: requests.length - reads,
        odooReads: calls.length - writes,
        odooWrites: writes,
      };
    },
    /** All webhooks of one version since they were last forgotten, and the drain they start. */
    announce: async (version: "v1" | "v2"): Promise<void> => {
      await plane.idle();
      for (const { body } of plane.deliveries.slice(passed)) {
        const envelope: { version?: unknown } = JSON.parse(body);
        if ((envelope.version === "v2") === (version === "v2")) await world.deliver(envelope);
      }
      await world.drain();
    },
    /** How many webhooks of one version nobody has been told of. */
    waiting: async (version: "v1" | "v2"): Promise<number> => {
      await plane.idle();
      return plane.deliveries.slice(passed).filter(({ body }) =>
        (JSON.parse(body).version === "v2") === (version === "v2")
      ).length;
    },
    forget: (): void => {
      passed = plane.deliveries.length;
    },
  };
}

function all({ planeReads, planeWrites, odooReads, odooWrites }: Requests): number {
  return planeReads + planeWrites + odooReads + odooWrites;
}

/** A figure of calls is worth nothing when the edit did not arrive. */
async function expectName(
  world: SyncWorld,
  plane: Plane,
  path: string,
  task: number,
  name: string,
): Promise<void> {
  const inPlane = (await plane.api("GET", path)).name;
  const inOdoo = world.sandboxOdoo.records("project.task").find(({ id }) => id === task)?.name;
  if (inPlane !== name || inOdoo !== name) throw new Error(`"${name}" has not arrived.`);
}

async function stateNumber(plane: Plane, project: string, number: number): Promise<string> {
  const { results } = await plane.api("GET", `/projects/${project}/states/`);
  const states = results as { id: string }[];
  return states[number % states.length]?.id ?? "";
}
