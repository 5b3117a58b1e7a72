/**
 * An Odoo client that joins what many callers ask for at the same time: a hundred rows in one call cost Odoo about as much
 * as three calls, and its hosts bear few calls a second.
 */
import { type BatchingOptions, type BatchKind, BatchQueue } from "./batch_queue.ts";
import type { OdooCall, OdooClient, OdooRecord } from "./client.ts";

/** Models whose records may be created together with others': nothing in them depends on each other. */
const JOINED_CREATES: ReadonlySet<string> = new Set(["mail.message"]);

const DEFAULTS: BatchingOptions = { mostRows: 100, schedule: queueMicrotask };

/**
 * Every caller gets the answer it would get alone. Joined are, with the same model, context and time limit: `read` of the
 * same fields, `write` of equal values, `load` of the same columns, `create` of messages; one joined call of a kind at a
 * time, the next one takes all that came meanwhile. Two calls about the same record are never in one joined call.
 *
 * When Odoo refuses a joined call, it is sent again in parts, so that one bad record harms nobody else. When its outcome is
 * unknown nothing is sent again: all get the error, and these records go alone the next time. A cancelled call leaves the
 * others alone.
 */
export function batchingOdooClient(client: OdooClient, options: Partial<BatchingOptions> = {}): OdooClient {
  const whole = { ...DEFAULTS, ...options };
  const reads = new Batches<number, OdooRecord[]>(whole);
  const writes = new Batches<number, void>(whole);
  const loads = new Batches<string[], number[]>(whole);
  const creates = new Batches<Record<string, unknown>, number[]>(whole);
  return {
    get protocol() {
      return client.protocol;
    },
    call: (model, method, args, call) => client.call(model, method, args, call),
    search: (model, domain, query, call) => client.search(model, domain, query, call),
    searchRead: (model, domain, fields, query, call) => client.searchRead(model, domain, fields, query, call),
    fieldsGet: (model, attributes, call) => client.fieldsGet(model, attributes, call),
    version: (call) => client.version(call),
    read: (model, ids, fields, call) =>
      reads.join(ids, keyOf(model, [...fields].sort(), call), call, () => ({
        label: `${model}/read`,
        writes: false,
        mark: () => undefined,
        send: async (all, signal) => {
          const found = await client.read(model, [...new Set(all)], fields, { ...call, signal });
          const byId = new Map(found.map((record) => [record.id, record]));
          return (own) => own.flatMap((id) => byId.get(id) ?? []).map((record) => ({ ...record }));
        },
      })) ?? client.read(model, ids, fields, call),
    write: (model, ids, values, call) =>
      writes.join(ids, keyOf(model, values, call), call, () => ({
        label: `${model}/write`,
        writes: true,
        mark: (id) => `${model} ${id}`,
        send: async (all, signal) => {
          await client.write(model, [...all], values, { ...call, signal });
          return () => undefined;
        },
      })) ?? client.write(model, ids, values, call),
    load: (model, fields, rows, call) =>
      loads.join(rows, keyOf(model, fields, call), call, () => ({
        label: `${model}/load`,
        writes: true,
        mark: (row) => identityOf(model, fields, row),
        send: async (all, signal) => {
          const ids = await client.load(model, fields, [...all], { ...call, signal });
          return (own, first) => ids.slice(first, first + own.length);
        },
      })) ?? client.load(model, fields, rows, call),
    create: (model, values, call) =>
      (JOINED_CREATES.has(model)
        ? creates.join(values, keyOf(model, null, call), call, () => ({
          label: `${model}/create`,
          writes: true,
          mark: (row) => `${model} ${stableText(row)}`,
          send: async (all, signal) => {
            const ids = await client.create(model, [...all], { ...call, signal });
            return (own, first) => ids.slice(first, first + own.length);
          },
        }))
        : undefined) ?? client.create(model, values, call),
  };
}

/** The queues of one method, by what its calls have in common. */
class Batches<Row, Answer> {
  readonly #queues = new Map<string, BatchQueue<Row, Answer>>();
  readonly #suspects = new Set<string>();
  readonly #options: BatchingOptions;

  constructor(options: BatchingOptions) {
    this.#options = options;
  }

  /** Undefined when this call cannot be joined with any: it has no rows, or the same record twice. */
  join(
    rows: readonly Row[],
    key: string,
    call: OdooCall | undefined,
    kindOf: () => BatchKind<Row, Answer>,
  ): Promise<Answer> | undefined {
    const kind = kindOf();
    const marks = rows.flatMap((row) => kind.mark(row) ?? []);
    if (rows.length === 0 || new Set(marks).size < marks.length) return undefined;
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      queue = new BatchQueue(kind, this.#options, this.#suspects, () => this.#queues.delete(key));
      this.#queues.set(key, queue);
    }
    return queue.add(rows, call?.signal);
  }
}

/** The record a row is about: by external id, or by its own. */
function identityOf(model: string, fields: readonly string[], row: readonly string[]): string | undefined {
  const external = row[fields.indexOf("id")] ?? "";
  const own = row[fields.indexOf(".id")] ?? "";
  return external === "" && own === "" ? undefined : `${model} ${external} ${own}`;
}

function keyOf(model: string, what: unknown, call: OdooCall = {}): string {
  return stableText([model, what, call.context ?? null, call.timeoutMs ?? null]);
}

/** The JSON that goes over the wire, with the names of objects in order. */
function stableText(value: unknown): string {
  return JSON.stringify(
    value,
    (_name, part: unknown) =>
      typeof part !== "object" || part === null || Array.isArray(part)
        ? part
        : Object.fromEntries(Object.entries(part).sort(([left], [right]) => left < right ? -1 : 1)),
  );
}
