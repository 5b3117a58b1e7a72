/** The server's state, and the one way a call reaches it. */
import { Database } from "./database.ts";
import { LoadRefused } from "./load.ts";
import { createRecord, type Values } from "./records.ts";
import { type Schema, schemaOf } from "./schema.ts";
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
  readonly schema: Schema;
  readonly #callers = new Map<string, Caller>();

  constructor(
    readonly version: number,
    readonly databaseName: string,
    private readonly now: () => number,
    administrator: { login: string; apiKey: string; email: string | undefined },
  ) {
    this.schema = schemaOf(version);
    this.#addPerson({ name: "OdooBot", login: "__system__", active: false });
    const id = this.#addPerson({
      name: "Administrator",
      login: administrator.login,
      email: administrator.email,
    });
    this.#callers.set(administrator.apiKey, { userId: id, administrator: true });
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

  /** The id behind a login, when the key is that user's. */
  login(login: string, apiKey: string): number | undefined {
    const caller = this.#callers.get(apiKey);
    const row = caller === undefined ? undefined : this.database.row("res.users", caller.userId);
    return row?.login === login && row.active === true ? row.id : undefined;
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
    };
  }

  #addPerson(user: NewUser): number {
    const session = this.session({ userId: 1, administrator: true }, {});
    const { name, login, email = false, active = true } = user;
    return createRecord(session, "res.users", { name, login, email, active });
  }
}
