/** Plays a script on a store and writes down every answer, without what may differ from store to store: ids and the clock. */
import { parseStamp } from "../../../shared/stamp.ts";
import type { Claimed } from "../../../shared/store/queue.ts";
import type { MappingRow, RecordKey } from "../../../shared/store/engine/sync_store.ts";
import { type Action, KEYS } from "./script.ts";
import { effectOf, intentOf, keyOf, made, sameKey, typeOf } from "./script_effects.ts";
import { delivery, effect, LEASE_MS, type StoreWorld } from "./world.ts";

const RUN = "7b0c2c52-9d8e-4f6c-8e0b-3a1d5f7c9e11";
const ALL = 100;

/** One line per action: the action and what the store answered. */
export type Trace = { action: Action | "end"; answer: unknown }[];

export async function play(world: StoreWorld, script: readonly Action[]): Promise<Trace> {
  const player = new Player(world);
  const trace: Trace = [];
  for (const action of script) {
    // Each action takes a moment: no two things are due at the same time but by one cause.
    world.advance(1);
    trace.push({ action, answer: await player.act(action) });
  }
  trace.push({ action: "end", answer: await player.everything() });
  return trace;
}

class Player {
  readonly #world: StoreWorld;
  readonly #start: number;
  readonly #names = new Map<string, string>();
  /** Every hold there ever was; those that count are also in `#held`. */
  readonly #holds: Claimed[] = [];
  readonly #held = new Map<string, Claimed>();
  #deliveries = 0;

  constructor(world: StoreWorld) {
    this.#world = world;
    this.#start = Date.parse(world.now());
  }

  async act(action: Action): Promise<unknown> {
    const world = this.#world;
    const { store } = world;
    switch (action.do) {
      case "deliver":
        return await this.#deliver(action);
      case "hint":
        return await store.hint({
          key: action.key,
          readFirst: action.readFirst,
          priority: action.priority,
          projectId: action.project,
          ...(action.withPayload ? { payload: { run_id: RUN, observed: { n: action.priority } } } : {}),
        });
      case "claim":
        return await this.#claim();
      case "intent": {
        const hold = await this.#hold(action.which);
        return hold === undefined ? "no hold" : await this.#intent(hold);
      }
      case "note":
        return await this.#note(action);
      case "settle":
        return await this.#settle(action);
      case "advance":
        return world.advance(action.seconds * 1_000);
      case "lose":
        // Of several whose lease ended any one may come first.
        if (this.#held.size > 1) return "too many";
        world.advance(LEASE_MS);
        return "lost";
      case "resolve": {
        const pairs = await Promise.all(KEYS.map((key) => store.readPair(key)));
        const chosen = pairs.flatMap(({ conflicts }) => conflicts).at(action.which);
        return chosen === undefined ? "none" : await world.resolve(chosen.id, action.resolution, "somebody");
      }
      case "pause":
        return await world.pause(action.scope);
      case "resume":
        return await world.resume(action.scope);
      case "deleteMapping": {
        const pairs = await Promise.all(KEYS.map((key) => store.readPair(key)));
        const chosen = pairs.flatMap(({ mapping }) => mapping ?? []).at(action.which);
        if (chosen !== undefined) await world.deleteMapping(chosen.id);
        return chosen !== undefined;
      }
      case "pair":
        return await this.#pair(action.key, action.partner);
      case "replay":
        return await world.replay(action.reason);
      case "remember": {
        const value = { planeValue: action.value, planeName: action.value, odooId: action.odooId };
        return await store.rememberValues("user", "res.users", [value]);
      }
      case "forget":
        return await store.forgetValues("user", [action.odooId]);
      case "look":
        return await this.#look(action.key);
    }
  }

  /** What is known at the end, and who is due. */
  async everything(): Promise<unknown> {
    const { store } = this.#world;
    const looks = [];
    for (const key of KEYS) looks.push(await this.#look(key));
    const { user } = await store.readValues({ user: ["u", "v"], state: [], label: [] });
    const values = [...user.values()].sort((one, other) => one.planeValue.localeCompare(other.planeValue));
    const log = (await this.#world.log()).map((entry) => ({
      ...entry,
      mappingId: this.#name(entry.mappingId),
    }));
    return { looks, values, log, due: await this.#claim() };
  }

  async #deliver(action: Action & { do: "deliver" }): Promise<unknown> {
    const { key, operation, priority, stampSecond, hash, readFirst } = action;
    this.#deliveries += action.again && this.#deliveries > 0 ? 0 : 1;
    const plane = key.side === "plane";
    const stored = await this.#world.record(
      delivery(key.id, {
        source: key.side,
        envelope: plane ? "plane_v1" : "odoo",
        dedupKey: `delivery ${this.#deliveries}`,
        entity: { type: typeOf(key), id: key.id },
        operation,
        priority,
        observation: plane && stampSecond !== null
          ? { at: `2026-01-31T12:00:0${stampSecond}.000000Z`, hash }
          : null,
        readFirst,
      }),
      JSON.stringify({
        data: { hash },
        activity: { field: hash, old_value: stampSecond, actor: { id: "u" } },
      }),
    );
    return stored;
  }

  async #claim(): Promise<unknown> {
    const claimed = await this.#world.store.claim("test", ALL, LEASE_MS);
    claimed.sort((one, other) => one.entityKey < other.entityKey ? -1 : 1);
    this.#holds.unshift(...claimed);
    for (const one of claimed) this.#held.set(one.entityKey, one);
    return claimed.map(({ id: _id, lastDeliveryId, createdAt, ...rest }) => ({
      ...rest,
      announced: lastDeliveryId !== null,
      createdAt: this.#since(createdAt),
    }));
  }

  async #note({ which, side, stamped }: Action & { do: "note" }): Promise<unknown> {
    const claimed = await this.#hold(which);
    if (claimed === undefined) return "no hold";
    const { mapping } = await this.#world.store.readPair(keyOf(claimed));
    if (mapping === null) return "no pair";
    return this.#name(
      await this.#world.store.noteAttempt(claimed, mapping.id, {
        side,
        stamp: stamped ? "2026-01-31T12:00:00.000001Z" : null,
        plane_base: { name: "x" },
        odoo_base: { name: "x" },
        changes: [{ field: "name", side, to: "x" }],
        actor: side === "plane" ? null : "12",
      }),
    );
  }

  async #settle({ which, outcome, effect: plan }: Action & { do: "settle" }): Promise<unknown> {
    const claimed = await this.#hold(which);
    if (claimed === undefined) return "no hold";
    const known = await this.#world.store.readPair(keyOf(claimed));
    const written = plan === null ? {} : { effect: effect(claimed, effectOf(plan, claimed, known)) };
    try {
      const ours = (await this.#world.store.settle([{ claimed, outcome, ...written }])).has(claimed.id);
      if (ours) this.#held.delete(claimed.entityKey);
      return ours;
    } catch (thrown) {
      // A partner that is another's: the settlement is refused, the hold stays.
      const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
      if (code !== "23505") throw thrown;
      return "refused";
    }
  }

  async #look(key: RecordKey): Promise<unknown> {
    const { store } = this.#world;
    const { mapping, conflicts, attempts, ...pair } = await store.readPair(key);
    const partner = await store.readPartner(key);
    const said = await store.announcementsSince(typeOf(key), key.id, "2026-01-31T12:00:01Z");
    return {
      ...pair,
      mapping: mapping === null ? null : this.#mapping(mapping),
      conflicts: conflicts.map(({ id, ...rest }) => ({ ...rest, id: this.#name(id) })),
      attempts: attempts.map(({ id, ...rest }) => ({ ...rest, id: this.#name(id) })),
      partner: partner === null ? null : { ...partner, mappingId: this.#name(partner.mappingId) },
      said: said.map((one) => ({ ...one, receivedAt: this.#since(one.receivedAt) })),
    };
  }

  async #intent(hold: Claimed): Promise<unknown> {
    const mapping = await this.#world.store.openIntent(hold, intentOf(keyOf(hold)));
    return mapping === null ? null : this.#mapping(mapping);
  }

  /** A hint, the intent, and a settlement that names the partner. */
  async #pair(key: RecordKey, partner: number): Promise<unknown> {
    await this.#world.store.hint({ key });
    const claims = await this.#claim();
    const which = [...this.#held.values()].findIndex((one) => sameKey(keyOf(one), key));
    if (which < 0) return { claims };
    const hold = await this.#hold(which);
    const intent = hold === undefined ? "no hold" : await this.#intent(hold);
    const outcome = { kind: "done" } as const;
    return {
      claims,
      intent,
      settled: await this.#settle({ do: "settle", which, outcome, effect: made(partner) }),
    };
  }

  /** Those that count first, the oldest of them foremost. When there are none, everybody who is due is claimed. */
  async #hold(which: number): Promise<Claimed | undefined> {
    if (this.#held.size === 0) await this.#claim();
    const held = [...this.#held.values()];
    return [...held, ...this.#holds.filter((one) => !held.includes(one))].at(which);
  }

  #mapping(mapping: MappingRow): object {
    return { ...mapping, id: this.#name(mapping.id) };
  }

  /** Ids in the order they were first seen. */
  #name(id: string | null): string | null {
    if (id === null) return null;
    const name = this.#names.get(id) ?? `#${this.#names.size + 1}`;
    this.#names.set(id, name);
    return name;
  }

  #since(stamp: string): number {
    return Date.parse(parseStamp(stamp) ?? "") - this.#start;
  }
}
