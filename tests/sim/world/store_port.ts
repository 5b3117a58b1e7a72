/** The way from a worker to the database: every method of the store is a call that can be slow, or fail before or after it ran. */
import { z } from "zod";
import type { Claimed, Settlement } from "../../../shared/store/queue.ts";
import type { SyncStore } from "../../../shared/store/engine/sync_store.ts";
import type { Isolate } from "../kernel/isolate.ts";
import type { ClaimWatch } from "./claim_watch.ts";
import type { Trouble } from "./trouble.ts";

/** @param claims hears of every claim and of whose word the store takes */
export function storeFrom(
  isolate: Isolate,
  store: SyncStore,
  trouble: Trouble,
  claims: ClaimWatch,
): SyncStore {
  const { kernel, name: worker } = isolate;
  const call = <Result>(
    name: string,
    run: () => Promise<Result>,
    about: (result: Result) => string | null = () => "",
  ): Promise<Result> => {
    const fate = trouble.database();
    let said: string | null = "";
    const label = () =>
      said === null ? null : `store ${name}${fate === "well" ? "" : ` [unreachable ${fate}]`}${said}`;
    return isolate.call<Result>(label, trouble.travel(5), async () => {
      if (fate === "before") return { error: unreachable() };
      try {
        const value = await run();
        said = about(value);
        return fate === "after" ? { error: unreachable() } : { value };
      } catch (error) {
        return { error };
      }
    }, true);
  };
  return {
    claim: (workerId, limit, leaseMs) =>
      call(
        "claim",
        async () => {
          // They come in no particular order: here always in the same one.
          const claimed = (await store.claim(workerId, limit, leaseMs))
            .sort((one, other) => one.entityKey < other.entityKey ? -1 : 1);
          claims.claimed(worker, claimed, kernel.now);
          return claimed;
        },
        // Most claims of a quiet time find nothing.
        (claimed) => claimed.length === 0 ? null : ` ${claimed.map(nameOf).join(" ")}`,
      ),
    settle: (settlements) =>
      call(
        "settle",
        async () => {
          const ours = await store.settle(settlements);
          for (const { claimed, outcome } of settlements) {
            // What failed half-way may have written without coming to say so.
            const complete = outcome.kind === "done" || outcome.kind === "wait";
            if (ours.has(claimed.id)) claims.took(worker, "settled", claimed, kernel.now);
            claims.ended(worker, claimed.entityKey, complete && ours.has(claimed.id), kernel.now);
          }
          return ours;
        },
        (ours) => settlements.map((settlement) => ` ${told(settlement, ours)}`).join(""),
      ),
    hint: (hint) => call("hint", () => store.hint(hint)),
    readPair: (key) => call("readPair", () => store.readPair(key)),
    readPartner: (key) => call("readPartner", () => store.readPartner(key)),
    readPartners: (type, ids) => call("readPartners", () => store.readPartners(type, ids)),
    openIntent: (claimed, intent) => call("openIntent", () => store.openIntent(claimed, intent)),
    noteAttempt: (claimed, mappingId, attempt) =>
      call("noteAttempt", async () => {
        const id = await store.noteAttempt(claimed, mappingId, attempt);
        if (id !== null) claims.took(worker, "writes", claimed, kernel.now);
        return id;
      }),
    archivedPartners: (projectId, model) =>
      call("archivedPartners", () => store.archivedPartners(projectId, model)),
    readValues: (wanted) => call("readValues", () => store.readValues(wanted)),
    odooValues: (kind, ids) => call("odooValues", () => store.odooValues(kind, ids)),
    rememberValues: (kind, model, values) =>
      call("rememberValues", () => store.rememberValues(kind, model, values)),
    forgetValues: (kind, ids) => call("forgetValues", () => store.forgetValues(kind, ids)),
    announcementsSince: (type, id, after) =>
      call("announcementsSince", () => store.announcementsSince(type, id, after)),
  };
}

/** Any other store whose methods are statements, on the same way. */
export function portFrom<Port extends object>(
  isolate: Isolate,
  subject: string,
  port: Port,
  trouble: Trouble,
): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...given: unknown[]) => {
        const fate = trouble.database();
        const label = `${subject} ${String(name)}${fate === "well" ? "" : ` [unreachable ${fate}]`}`;
        return isolate.call<unknown>(() => label, trouble.travel(5), async () => {
          if (fate === "before") return { error: unreachable() };
          try {
            const value: unknown = await Reflect.apply(method, target, given);
            return fate === "after" ? { error: unreachable() } : { value };
          } catch (error) {
            return { error };
          }
        }, true);
      };
    },
  });
}

function nameOf({ entityKey, fence }: Claimed): string {
  return `${entityKey.slice(0, 16)}#${fence}`;
}

function told({ claimed, outcome, effect }: Settlement, ours: ReadonlySet<string>): string {
  const reason = "reason" in outcome ? ` ${outcome.reason}` : "";
  const changes = logged.safeParse(effect).data?.log.flatMap((line) => line.changes ?? []) ?? [];
  const what = changes.map(({ field, side, why }) => ` ${side}.${field}:${why}`).join("");
  return `${nameOf(claimed)} ${outcome.kind}${reason}${ours.has(claimed.id) ? "" : " (lost)"}${what}`;
}

/** What a trace shows of an effect. */
const logged = z.object({
  log: z.array(z.object({
    changes: z.array(z.object({ field: z.string(), side: z.string(), why: z.string() })).optional(),
  })),
});

function unreachable(): Error {
  return Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
}
