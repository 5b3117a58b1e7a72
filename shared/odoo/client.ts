/**
 * One Odoo, two protocols: the calls the synchronisation needs, the same over JSON-2 (Odoo 19 and later) and
 * JSON-RPC (17 and 18, still there in 19).
 *
 * Every answer is checked before it is believed, and every failure is a {@link SuiteError} with an `odoo_*` code.
 * One call is one transaction in Odoo: it happened altogether or not at all. Whether it happened is unknown
 * when `outcomeUnknown` is set on the error (the answer was lost).
 */
import { z } from "zod";
import { SuiteError } from "../errors.ts";
import { httpPoster } from "./http.ts";
import { loadedIds } from "./load.ts";
import { chooseTransport, type OdooProtocol } from "./protocol.ts";
import type { OdooTransport } from "./transport.ts";
import type { OdooVersion } from "./version.ts";

export type OdooRecord = Record<string, unknown> & { id: number };

/** Odoo's search domain in prefix notation: conditions, joined by `&` unless a `|` or `!` says otherwise. */
export type OdooDomain =
  readonly (readonly [field: string, operator: string, value: unknown] | "&" | "|" | "!")[];

export interface OdooQuery {
  limit?: number;
  offset?: number;
  /** For example `write_date asc, id asc`. */
  order?: string;
}

export interface OdooCall {
  /** Added to the quiet context every call carries; `{ active_test: false }` shows archived records too. */
  context?: Record<string, unknown>;
  signal?: AbortSignal;
  /** How long to wait for this one answer, in ms. */
  timeoutMs?: number;
}

export interface OdooClient {
  /** The protocol in use. With `auto` it reads `json2` until the server's first answer says otherwise. */
  readonly protocol: "json2" | "jsonrpc";
  /**
   * Any public method with named arguments; `ids` are the records it runs on. Without `ids` a record method
   * runs on no record at all and Odoo answers as if all were well, so never leave them out of a write.
   */
  call(model: string, method: string, args: Record<string, unknown>, call?: OdooCall): Promise<unknown>;
  search(model: string, domain: OdooDomain, query?: OdooQuery, call?: OdooCall): Promise<number[]>;
  searchRead(
    model: string,
    domain: OdooDomain,
    fields: string[],
    query?: OdooQuery,
    call?: OdooCall,
  ): Promise<OdooRecord[]>;
  /** Records in Odoo's order; those that do not exist are absent, archived ones are there. */
  read(model: string, ids: number[], fields: string[], call?: OdooCall): Promise<OdooRecord[]>;
  /** Throws `odoo_missing_record` when one of them does not exist; then nothing was written. */
  write(model: string, ids: number[], values: Record<string, unknown>, call?: OdooCall): Promise<void>;
  /** New ids, in the order of the values. Not safe to send again: use {@link OdooClient.load} where that matters. */
  create(model: string, values: Record<string, unknown>[], call?: OdooCall): Promise<number[]>;
  /**
   * Create or update by external id (column `id`), all rows or none; safe to send again. Relations are
   * columns `x/.id` (database ids, comma separated when many) or `x/id` (external ids). An empty string
   * clears a field. A record deleted in Odoo comes back as a new one: check for that first.
   * Odoo reads times in the context's zone here, so this always sends UTC.
   */
  load(model: string, fields: string[], rows: string[][], call?: OdooCall): Promise<number[]>;
  fieldsGet(
    model: string,
    attributes?: string[],
    call?: OdooCall,
  ): Promise<Record<string, Record<string, unknown>>>;
  /** What the server says it is; needs no key. */
  version(call?: OdooCall): Promise<OdooVersion>;
}

export interface OdooClientConfig {
  /** Where Odoo is, with or without a trailing slash. */
  url: string;
  /** Needed for JSON-RPC; for JSON-2 only where one address serves several databases. */
  database?: string;
  /** Needed for JSON-RPC only: the key's user. */
  login?: string;
  apiKey: string;
  protocol: OdooProtocol;
  /** Default 45 s: Odoo itself repeats a conflicting transaction for up to about 30 s before it answers. */
  timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 45_000;

/**
 * Sent with every call. The language is fixed because names of projects and stages are translated fields; the
 * people newly assigned get no e-mail, and the key's user does not become a follower of all it touches.
 * Tracking stays on: the chatter is Odoo's own audit.
 */
const QUIET_CONTEXT: Readonly<Record<string, unknown>> = {
  lang: "en_US",
  tz: "UTC",
  mail_auto_subscribe_no_notify: true,
  mail_create_nosubscribe: true,
};

const idList = z.array(z.number().int());
const recordList = z.array(z.looseObject({ id: z.number().int() }));
const fieldTable = z.record(z.string(), z.record(z.string(), z.unknown()));

/** A client for one database. Sends nothing until the first call. */
export function createOdooClient(config: OdooClientConfig, deps: { fetch: typeof fetch }): OdooClient {
  const post = httpPoster(deps.fetch, config.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const connection = {
    url: config.url.replace(/\/+$/, ""),
    database: config.database,
    login: config.login,
    apiKey: config.apiKey,
  };
  return new Client(chooseTransport(config.protocol, connection, post));
}

class Client implements OdooClient {
  readonly #transport: OdooTransport;

  constructor(transport: OdooTransport) {
    this.#transport = transport;
  }

  get protocol(): "json2" | "jsonrpc" {
    return this.#transport.protocol;
  }

  call(model: string, method: string, args: Record<string, unknown>, call: OdooCall = {}): Promise<unknown> {
    const context = { ...QUIET_CONTEXT, ...call.context };
    return this.#transport.call({
      model,
      method,
      args,
      context,
      signal: call.signal,
      timeoutMs: call.timeoutMs,
    });
  }

  async search(model: string, domain: OdooDomain, query: OdooQuery = {}, call?: OdooCall): Promise<number[]> {
    return expect(idList, await this.call(model, "search", { domain, ...query }, call), model, "search");
  }

  async searchRead(
    model: string,
    domain: OdooDomain,
    fields: string[],
    query: OdooQuery = {},
    call?: OdooCall,
  ): Promise<OdooRecord[]> {
    const answer = await this.call(model, "search_read", { domain, fields, ...query }, call);
    return expect(recordList, answer, model, "search_read");
  }

  async read(model: string, ids: number[], fields: string[], call?: OdooCall): Promise<OdooRecord[]> {
    if (ids.length === 0) return [];
    return expect(recordList, await this.call(model, "read", { ids, fields }, call), model, "read");
  }

  async write(model: string, ids: number[], values: Record<string, unknown>, call?: OdooCall): Promise<void> {
    if (ids.length === 0) return;
    expect(z.literal(true), await this.call(model, "write", { ids, vals: values }, call), model, "write");
  }

  async create(model: string, values: Record<string, unknown>[], call?: OdooCall): Promise<number[]> {
    if (values.length === 0) return [];
    const answer = await this.call(model, "create", { vals_list: values }, call);
    return expect(idList.length(values.length), answer, model, "create");
  }

  async load(model: string, fields: string[], rows: string[][], call: OdooCall = {}): Promise<number[]> {
    if (rows.length === 0) return [];
    const inUtc = { ...call, context: { ...call.context, tz: "UTC" } };
    return loadedIds(await this.call(model, "load", { fields, data: rows }, inUtc), model, rows.length);
  }

  async fieldsGet(
    model: string,
    attributes?: string[],
    call?: OdooCall,
  ): Promise<Record<string, Record<string, unknown>>> {
    const args = attributes === undefined ? {} : { attributes };
    return expect(fieldTable, await this.call(model, "fields_get", args, call), model, "fields_get");
  }

  version(call: OdooCall = {}): Promise<OdooVersion> {
    return this.#transport.version(call);
  }
}

/** The checked answer. One that does not fit says nothing about what a write did. */
function expect<Output>(schema: z.ZodType<Output>, answer: unknown, model: string, method: string): Output {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new SuiteError("odoo_bad_answer", {
    message: `Odoo's answer to ${model}/${method} has an unexpected shape.`,
    outcomeUnknown: method === "write" || method === "create",
    facts: { model, method },
  });
}
