/** The server's state, and the one way a call reaches it. */
import { Database } from "./database.ts";
import { LoadRefused } from "./load.ts";
import { createRecord, type Values } from "./records.ts";
import { type Extensions, type Field, type Schema, schemaOf, withField } from "./schema.ts";
import { seed } from "./seed.ts";
import { rulesOf } from "./rules.ts";
import type { Session } from "./session.ts";
import type { Method } from "./methods.ts";

export interface Caller {
  userId: number;
  administrator: boolean;
}

export interface NewUser {
  name: string;
  login: string;
  email?: string;
  active?: boolean;
  /** Lets the user call the server; without it there is only a person to assign work to. */
  apiKey?: string;
}

export class World {
  readonly database = new Database();
  #schema: Schema;
  readonly #callers = new Map<string, Caller>();

  constructor(
    readonly version: number,
    readonly databaseName: string,
    private readonly now: () => number,
    administrator: { login: string; apiKey: string; email: string | undefined },
    extensions: Extensions = {},
  ) {
    this.#schema = schemaOf(version, extensions);
    seed(this.database, this.#schema);
    this.#addPerson({ name: "OdooBot", login: "__system__", active: false });
    const id = this.#addPerson({
      name: "Administrator",
      login: administrator.login,
      email: administrator.email,
    });
    this.#callers.set(administrator.apiKey, { userId: id, administrator: true });
  }

  /** The models with all fields they have by now. */
  get schema(): Schema {
    return this.#schema;
  }

  /** A plain project user. Returns the id. */
  addUser(user: NewUser): number {
    const id = this.#addPerson(user);
    if (user.apiKey !== undefined) this.#callers.set(user.apiKey, { userId: id, administrator: false });
    return id;
  }

  caller(apiKey: string): Caller | undefined {
    return this.#callers.get(apiKey);
  }

  /** Who calls over JSON-RPC, where a password is as good as a key. A user made with one is a plain project user. */
  callerByPassword(userId: number, password: string): Caller | undefined {
    const caller = this.#callers.get(password);
    if (caller !== undefined) return caller.userId === userId ? caller : undefined;
    const known = this.database.row("res.users", userId)?.password;
    return password !== "" && known === password ? { userId, administrator: false } : undefined;
  }

  /** The id behind a login, when the key or password is that user's. */
  login(login: string, apiKey: string): number | undefined {
    for (const row of this.database.rows("res.users")) {
      if (row.login !== login || row.active !== true) continue;
      return this.callerByPassword(row.id, apiKey) === undefined ? undefined : row.id;
    }
    return undefined;
  }

  /** One transaction: on any exception nothing has happened. */
  run(
    caller: Caller,
    context: unknown,
    method: Method,
    model: string,
    ids: number[],
    given: Values,
  ): unknown {
    try {
      return this.database.transaction(() => method.run(this.session(caller, context), model, ids, given));
    } catch (thrown) {
      if (thrown instanceof LoadRefused) return thrown.answer;
      throw thrown;
    }
  }

  session(caller: Caller, context: unknown): Session {
    return {
      database: this.database,
      schema: this.schema,
      version: this.version,
      userId: caller.userId,
      administrator: caller.administrator,
      context: typeof context === "object" && context !== null ? { ...context } : {},
      startedAt: Math.floor(this.now() * 1000),
      rulesOf,
      declareField: (model, name, field) => this.#declare(model, name, field),
    };
  }

  #declare(model: string, name: string, field: Field | undefined): void {
    const before = this.#schema;
    this.#schema = withField(before, model, name, field);
    this.database.onRollback(() => this.#schema = before);
  }

  #addPerson(user: NewUser): number {
    const session = this.session({ userId: 1, administrator: true }, {});
    const { name, login, email = false, active = true } = user;
    return createRecord(session, "res.users", { name, login, email, active });
  }
}
