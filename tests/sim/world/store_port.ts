/** The way from a worker to the database: every method of the store is a call that can be slow, or fail before or after it ran. */
import type { SyncStore } from "../../../shared/store/sync_store.ts";
import type { Isolate } from "../kernel/isolate.ts";
import type { Trouble } from "./trouble.ts";

export function storeFrom(isolate: Isolate, store: SyncStore, trouble: Trouble): SyncStore {
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
        () => store.claim(workerId, limit, leaseMs),
        // Most claims of a quiet time find nothing.
        (claimed) =>
          claimed.length === 0
            ? null
            : ` ${claimed.map(({ entityKey, fence }) => `${entityKey.slice(0, 16)}#${fence}`).join(" ")}`,
      ),
    settle: (settlements) =>
      call(
        "settle",
        () => store.settle(settlements),
        (ours) =>
          settlements.map(({ claimed, outcome }) =>
            ` ${claimed.entityKey.slice(0, 16)}#${claimed.fence} ${outcome.kind}${
              "reason" in outcome ? ` ${outcome.reason}` : ""
            }${ours.has(claimed.id) ? "" : " (lost)"}`
          ).join(""),
      ),
    hint: (hint) => call("hint", () => store.hint(hint)),
    readPair: (key) => call("readPair", () => store.readPair(key)),
    readPartner: (key) => call("readPartner", () => store.readPartner(key)),
    openIntent: (claimed, intent) => call("openIntent", () => store.openIntent(claimed, intent)),
    archivedPartners: (projectId, model) =>
      call("archivedPartners", () => store.archivedPartners(projectId, model)),
    readValues: (wanted) => call("readValues", () => store.readValues(wanted)),
    rememberValues: (kind, model, values) =>
      call("rememberValues", () => store.rememberValues(kind, model, values)),
    forgetValues: (kind, ids) => call("forgetValues", () => store.forgetValues(kind, ids)),
    announcementsSince: (type, id, after) =>
      call("announcementsSince", () => store.announcementsSince(type, id, after)),
  };
}

function unreachable(): Error {
  return Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
}
