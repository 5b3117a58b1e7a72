/** Consents under way and the grants they lead to. A state is here only as its hash, everything secret only sealed. */
import type { Sql } from "../database.ts";
import type { Lifetime, SealedTokenSet } from "./oauth_tokens.ts";

export type FlowKind = "bot" | "user";

export interface BegunConsent {
  readonly stateHash: string;
  readonly kind: FlowKind;
  readonly opsUser: string;
  readonly verifier: { keyId: string; sealed: Uint8Array } | null;
}

export type TakenConsent = Omit<BegunConsent, "stateHash">;

export interface Identity {
  readonly planeUserId: string;
  readonly workspaceId: string | null;
  readonly workspaceSlug: string | null;
}

/** One statement each. */
export interface GrantStore {
  /** Returns until when the consent has to be finished, as PostgreSQL writes it. */
  begin(consent: BegunConsent): Promise<string>;
  /** Undefined: unknown, taken before, or too old. */
  take(stateHash: string): Promise<TakenConsent | undefined>;
  /** The grant of this installation, new or live again; it has no token yet or an old one. */
  install(appInstallationId: string, opsUser: string): Promise<string>;
  addUser(
    id: string,
    opsUser: string,
    sealed: SealedTokenSet,
    lifetime: Lifetime,
    scope: string | null,
  ): Promise<void>;
  identify(id: string, identity: Identity): Promise<void>;
  /** Asks for the identity again later. */
  postponeLookup(id: string, milliseconds: number): Promise<void>;
  /** False: there was none. */
  remove(id: string): Promise<boolean>;
  /** The database's time, as PostgreSQL writes it. */
  now(): Promise<string>;
}

export function createGrantStore(sql: Sql): GrantStore {
  return {
    async begin({ stateHash, kind, opsUser, verifier }) {
      const [row] = await sql<{ until: string }[]>`
        select plane.begin_oauth(
          ${stateHash}, ${kind}, ${opsUser}, ${verifier?.keyId ?? null}::text, ${
        verifier?.sealed ?? null
      }::bytea
        )::text as until`;
      return row?.until ?? "";
    },
    async take(stateHash) {
      const [row] = await sql<
        { kind: FlowKind; ops_user: string; key_id: string | null; code_verifier_sealed: Uint8Array | null }[]
      >`
        select * from plane.take_oauth_state(${stateHash})`;
      if (row === undefined) return undefined;
      const { key_id: keyId, code_verifier_sealed: sealed } = row;
      const verifier = keyId === null || sealed === null ? null : { keyId, sealed };
      return { kind: row.kind, opsUser: row.ops_user, verifier };
    },
    async install(appInstallationId, opsUser) {
      const [row] = await sql<{ id: string }[]>`
        select plane.install_oauth_bot(${appInstallationId}, ${opsUser}) as id`;
      if (row === undefined) throw new Error("The installation was not stored.");
      return row.id;
    },
    async addUser(id, opsUser, sealed, { issuedAt, expiresIn, usableFor, refreshAfter }, scope) {
      await sql`
        select plane.add_oauth_user(
          ${id}, ${opsUser}, ${sealed.keyId}, ${sealed.access}::bytea, ${sealed.refresh}::bytea, ${issuedAt},
          ${expiresIn}::float8, ${usableFor}::float8, ${refreshAfter}::float8, ${scope}::text
        )`;
    },
    async identify(id, { planeUserId, workspaceId, workspaceSlug }) {
      await sql`
        select plane.identify_oauth_token(${id}, ${planeUserId}, ${workspaceId}::text, ${workspaceSlug}::text)`;
    },
    async postponeLookup(id, milliseconds) {
      await sql`
        update plane.oauth_token set lookup_at = clock_timestamp() + make_interval(secs => ${
        milliseconds / 1000
      }::float8)
        where id = ${id} and lookup_at is not null`;
    },
    async remove(id) {
      const { count } = await sql`delete from plane.oauth_token where id = ${id}`;
      return count > 0;
    },
    async now() {
      const [row] = await sql<{ now: string }[]>`select clock_timestamp()::text as now`;
      return row?.now ?? "";
    },
  };
}
