/** A small Odoo behind the client's interface, whose answers come when a test lets them. */
import { SuiteError } from "../../shared/errors.ts";
import type { OdooClient, OdooRecord } from "../../shared/odoo/client.ts";

export interface BatchWorld {
  readonly client: OdooClient;
  /** Every call that reached Odoo: `write 1,2`, `load a,b`. */
  readonly calls: readonly string[];
  /** Writes that took effect: `id=value`. */
  readonly written: readonly string[];
  /** Messages that were created. */
  readonly created: readonly string[];
  /** Lets the oldest call that waits happen, and gives its answer. False when none waits. */
  answerOne(): boolean;
  /** The next call fails with this instead of happening. */
  failNext(error: SuiteError): void;
  /** How many calls were cancelled by their signal. */
  readonly cancelled: () => number;
}

const refusal = () => new SuiteError("odoo_rejected", { facts: { exception: "odoo.exceptions.UserError" } });

/** Ids and external ids of `bad` are refused, an external id twice in one load too; ids from 1000 on do not exist. */
export function batchWorld(bad: ReadonlySet<string>): BatchWorld {
  const calls: string[] = [];
  const written: string[] = [];
  const created: string[] = [];
  const waiting: (() => void)[] = [];
  const failures: SuiteError[] = [];
  let cancelled = 0;

  function happen<Answer>(
    name: string,
    signal: AbortSignal | undefined,
    work: () => Answer,
  ): Promise<Answer> {
    calls.push(name);
    signal?.addEventListener("abort", () => cancelled += 1);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    waiting.push(() => {
      try {
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        resolve(work());
      } catch (thrown) {
        reject(thrown);
      }
    });
    return promise;
  }
  const refuse = (names: readonly unknown[]) => {
    if (names.some((name) => bad.has(String(name)))) throw refusal();
  };
  const unused = () => Promise.reject(new Error("not part of this world"));

  const client: OdooClient = {
    protocol: "json2",
    call: unused,
    search: unused,
    searchRead: unused,
    fieldsGet: unused,
    version: unused,
    read: (model, ids, fields, call) =>
      happen(`read ${ids}`, call?.signal, () => {
        refuse(ids);
        return ids.filter((id) => id < 1000).map((id): OdooRecord => ({
          id,
          [fields[0] ?? ""]: `${model} ${id}`,
        }));
      }),
    write: (_model, ids, values, call) =>
      happen(`write ${ids}`, call?.signal, () => {
        refuse(ids);
        if (ids.some((id) => id >= 1000)) throw new SuiteError("odoo_missing_record");
        written.push(...ids.map((id) => `${id}=${values.name}`));
      }),
    load: (_model, fields, rows, call) =>
      happen(`load ${rows.map(([external]) => external)}`, call?.signal, () => {
        refuse(rows.map(([external]) => external));
        if (new Set(rows.map(([external]) => external)).size < rows.length) throw refusal();
        return rows.map((row) => Number(row[fields.indexOf("number")]));
      }),
    create: (_model, values, call) =>
      happen(`create ${values.map(({ body }) => body)}`, call?.signal, () => {
        refuse(values.map(({ body }) => body));
        return values.map(({ body }) => created.push(String(body)));
      }),
  };
  return {
    client,
    calls,
    written,
    created,
    answerOne() {
      const next = waiting.shift();
      next?.();
      return next !== undefined;
    },
    failNext: (error) => failures.push(error),
    cancelled: () => cancelled,
  };
}

/** Lets everything that is ready to go on do so. Promises only: no time passes. */
export async function settle(): Promise<void> {
  for (let count = 0; count < 50; count += 1) await Promise.resolve();
}

/** Answers until nothing waits any more. */
export async function answerAll(world: BatchWorld): Promise<void> {
  await settle();
  while (world.answerOne()) await settle();
}
