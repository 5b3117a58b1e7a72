/**
 * An edit script of the simulator against an Odoo that is somewhere else, a sandbox or a real one, with real SQL. People act
 * between two exchanges, never during one, so every edit must survive: there is no gap between a reading and a writing.
 */
import assert from "node:assert/strict";
import type { OdooClient } from "../../shared/odoo/client.ts";
import { recordDelivery } from "../../shared/store/deliveries.ts";
import { normaliseOdoo } from "../../shared/webhook/normalise_odoo.ts";
import { type Change, History } from "../sim/judge/history.ts";
import type { Evidence, PlaneTables } from "../sim/judge/evidence.ts";
import { OdooPeople } from "../sim/world/odoo_people.ts";
import { type PlaneActors, PlanePeople } from "../sim/world/plane_people.ts";
import type { Edit, Schedule, Side } from "../sim/world/schedule.ts";
import { ClaimWatch } from "../sim/world/claim_watch.ts";
import type { SimStore } from "../sim/world/sim_store.ts";
import { openSqlSimStores } from "../sim/world/sql_sim_store.ts";
import { enterOdoo, haveUsers, type OdooPlace } from "./edit_script_people.ts";
import { OdooPicture } from "./edit_script_picture.ts";
import { RealPlanePeople } from "./real_plane_people.ts";
import { createSyncWorld, type SyncWorld, type SyncWorldOptions } from "./sync_world.ts";

export type EditScript = Pick<Schedule, "projects" | "policy" | "edits">;

const WORKER = { worker: "live", pass: "" };
/** What nobody sees as settled after so many rounds never will be. */
const MOST_ROUNDS = 40;

export class EditScriptWorld implements Evidence {
  readonly plane: ScriptPlane;
  readonly odoo: { readonly world: OdooPicture };
  readonly history: History;
  /** Nobody takes back anything. */
  readonly undone = [];
  readonly claims = new ClaimWatch();
  #at = 0;

  private constructor(
    readonly sync: SyncWorld,
    readonly store: SimStore,
    plane: ScriptPlane,
    readonly planePeople: PlaneActors,
    readonly odooPeople: OdooPeople,
    picture: OdooPicture,
    /** What Odoo did not take from people. */
    readonly refusals: readonly string[],
    readonly end: () => Promise<void>,
  ) {
    this.plane = plane;
    this.odoo = { world: picture };
    this.history = new History(this.plane.world, picture);
  }

  /** A world with its first projects, which both sides know. */
  static async open(script: EditScript, options: SyncWorldOptions): Promise<EditScriptWorld> {
    const sync = await createSyncWorld({ ...options, withPlane: true });
    const { odoo } = sync;
    const { plane, people, addresses } = sides(sync, options);
    const unique = crypto.randomUUID().slice(0, 8);
    await haveUsers(odoo, addresses);
    const { door, refusals, leave } = await enterOdoo(odoo, placeOf(sync, options), unique);
    const picture = new OdooPicture(odoo, addresses);
    const stores = openSqlSimStores(sync.databaseUrl);
    const store = stores.open({ now: Date.now });
    const world = new EditScriptWorld(
      sync,
      store,
      plane,
      people,
      new OdooPeople(picture, door),
      picture,
      refusals,
      async () => {
        if (options.realOdoo !== undefined) await removeProjects(odoo, [...picture.projects]);
        await leave();
        await stores.close();
        await sync.close();
      },
    );
    await store.setPolicy(script.policy);
    for (let number = 1; number <= script.projects.plane; number++) {
      await people.addProject(number, `Plane ${unique} ${number}`);
    }
    for (let number = 1; number <= script.projects.odoo; number++) {
      const project = await world.odooPeople.addProject(`Odoo ${unique} ${number}`);
      picture.projects.add(project);
      await world.#announce("project.project", project, "create");
    }
    await world.exchange();
    return world;
  }

  /** Somebody does something. Returns whether it happened. */
  async act({ by, act }: Edit): Promise<boolean> {
    const people = by === "plane" ? this.planePeople : this.odooPeople;
    const done = await people.act(act);
    this.#at += 1;
    await this.plane.world.refresh?.();
    await this.odoo.world.refresh();
    const changes = this.#look(by, "person");
    if (by === "odoo") await this.#announceChanges(changes);
    if (by === "odoo" && act.do === "editProject") {
      for (const project of this.odoo.world.projects) {
        await this.#announce("project.project", project, "write");
      }
    }
    return done;
  }

  /** Everything both sides have to tell is told and done. Throws when there is no end to it. */
  async exchange(): Promise<void> {
    let rested = false;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      this.#at += 1;
      for (const side of ["plane", "odoo"] as const) {
        for (const record of this.history.fields(side).keys()) {
          this.history.readBy(WORKER, side, record, this.#at);
        }
      }
      await this.sync.arrive();
      await this.planePeople.joinProjects();
      await this.plane.idle();
      await this.plane.world.refresh?.();
      for (const { planeType, odooId } of await this.store.pairs()) {
        if (planeType === "project" && odooId !== null) this.odoo.world.projects.add(Number(odooId));
      }
      await this.odoo.world.refresh();
      this.#look("plane", "engine");
      this.#look("odoo", "engine");
      if (this.sync.hasNews() || (await this.#waiting()).length > 0) continue;
      if (rested) return;
      rested = true;
      await this.#letTimePass();
    }
    throw new Error(`no end after ${MOST_ROUNDS} rounds: ${JSON.stringify(await this.#waiting())}`);
  }

  /** Every change there was, in its order. */
  story(): string[] {
    return this.history.changes.map(({ at, side, record, by, field, to }) =>
      `${at} ${side} ${record.slice(0, 4)}.${field} = ${JSON.stringify(to)}${
        by === "engine" ? " (engine)" : ""
      }`
    );
  }

  /** What still has to be done. What was refused for good waits for the next word about its record. */
  async #waiting() {
    const rows = await this.store.queue();
    return rows.filter(({ dueAt, lastError }) => dueAt !== Infinity && lastError !== "refused");
  }

  /** A record of which something was refused rests for a minute, whoever speaks of it. */
  async #letTimePass(): Promise<void> {
    await this.sync.letRefusedRest();
  }

  #look(side: Side, by: "person" | "engine"): Change[] {
    return this.history.look(side, by, this.#at, by === "engine" ? WORKER : null, true);
  }

  async #announceChanges(changes: readonly Change[]): Promise<void> {
    for (const record of new Set(changes.map((change) => change.record))) {
      const gone = !this.history.fields("odoo").has(record);
      await this.#announce("project.task", Number(record), gone ? "unlink" : "write");
    }
  }

  /** As an add-on in Odoo does it. */
  async #announce(model: string, id: number, action: string): Promise<void> {
    const body = { model, action, data: { id } };
    const delivery = normaliseOdoo(body, crypto.randomUUID(), Date.now());
    await recordDelivery(this.sync.sql, delivery, JSON.stringify(body));
  }
}

/** What is looked at of a Plane that is somewhere else. */
interface ScriptPlane {
  /** The real one's is a picture, which is to be taken anew. */
  readonly world: PlaneTables & { refresh?(): Promise<void> };
  readonly deliveries: readonly unknown[];
  idle(): Promise<void>;
}

/** @returns `addresses` of those work items are given to */
function sides(
  { plane: sandbox }: SyncWorld,
  { realPlane }: SyncWorldOptions,
): { plane: ScriptPlane; people: PlaneActors; addresses: string[] } {
  if (realPlane !== undefined) {
    const addresses = realPlane.people.map((id) => realPlane.world.users.get(id)?.email ?? "");
    return { plane: realPlane, people: new RealPlanePeople(realPlane), addresses };
  }
  assert(sandbox !== undefined);
  const { alice, bob } = sandbox.users;
  return { plane: sandbox, people: new PlanePeople(sandbox, alice), addresses: [alice.email, bob.email] };
}

/** Deleting a project deletes its tasks; its stages are of this run too. */
async function removeProjects(odoo: OdooClient, projects: number[]): Promise<void> {
  const stages = await odoo.search("project.task.type", [["project_ids", "in", projects]]);
  await odoo.call("project.project", "unlink", { ids: projects });
  if (stages.length > 0) await odoo.call("project.task.type", "unlink", { ids: stages });
}

function placeOf(sync: SyncWorld, { realOdoo }: SyncWorldOptions): OdooPlace {
  const { url, database = "" } = realOdoo ?? sync.sandboxOdoo;
  return { url, database };
}
