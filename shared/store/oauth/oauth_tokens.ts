/** The grants. Only sealed bytes, ids, times and codes travel as parameters of these statements. */
import type { Sql } from "../database.ts";

/** The secrets of one grant as the columns hold them. All three under one key and one version. */
export interface SealedTokenSet {
  readonly keyId: string;
  readonly access: Uint8Array | null;
  readonly refresh: Uint8Array | null;
  readonly previousRefresh: Uint8Array | null;
}

export interface TokenRow {
  readonly id: string;
  readonly kind: "bot" | "user";
  readonly status: "active" | "needs_reauthorization";
  readonly appInstallationId: string | null;
  readonly workspaceSlug: string | null;
  /** Null until the first answer of the authorization server. */
  readonly sealed: SealedTokenSet | null;
  readonly version: number;
  readonly generation: number;
  readonly storedFence: number;
  /** Ms from now on the database's clock, which all workers share; negative: over. */
  readonly usableForMs: number;
  readonly refreshInMs: number;
  readonly cooldownMs: number;
  /** In a row. */
  readonly failures: number;
  readonly lastError: string | null;
}

export interface ClaimedToken extends TokenRow {
  readonly fence: number;
  /** The database's time of the claim, as PostgreSQL writes it. */
  readonly claimedAt: string;
}

/** How long what was issued lasts, in seconds from `issuedAt`. */
export interface Lifetime {
  readonly issuedAt: string;
  readonly expiresIn: number;
  readonly usableFor: number;
  readonly refreshAfter: number;
}

export interface NewTokens {
  /** The version that was read; anything else there now means: nothing is written. */
  readonly version: number;
  /** The attempt that wants to write. */
  readonly fence: number;
  readonly generation: number;
  readonly sealed: SealedTokenSet;
  readonly lifetime: Lifetime;
  readonly scope: string | null;
}

export interface Failure {
  readonly fence: number;
  readonly generation: number;
  readonly code: string;
  readonly cooldownMs: number;
  /** The grant is dead: nothing is tried again until somebody consents. */
  readonly dead: boolean;
}

/** One statement each. */
export interface TokenStore {
  read(id: string): Promise<TokenRow | undefined>;
  /** The grant of a workspace's bot, live ones first; one whose workspace is not known yet counts. */
  findBot(workspaceSlug: string): Promise<TokenRow | undefined>;
  /** Undefined: not due, or somebody else has it. See `plane.claim_oauth_refresh`. */
  claim(id: string, unusableGeneration: number | null, leaseMs: number): Promise<ClaimedToken | undefined>;
  /** False: somebody wrote since `version` was read. */
  store(id: string, tokens: NewTokens): Promise<boolean>;
  /** As `store`, for the same tokens sealed anew or with another previous one. */
  reseal(id: string, version: number, sealed: SealedTokenSet): Promise<boolean>;
  /** False: the attempt is not the latest, or somebody stored tokens meanwhile. */
  fail(id: string, failure: Failure): Promise<boolean>;
}

interface Columns {
  id: string;
  kind: "bot" | "user";
  status: "active" | "needs_reauthorization";
  app_installation_id: string | null;
  workspace_slug: string | null;
  key_id: string | null;
  access_sealed: Uint8Array | null;
  refresh_sealed: Uint8Array | null;
  previous_refresh_sealed: Uint8Array | null;
  version: number;
  generation: number;
  stored_fence: number;
  fence: number;
  failures: number;
  last_error: string | null;
  usable_for_ms: number;
  refresh_in_ms: number;
  cooldown_ms: number;
  claimed_at: string;
}

export function createTokenStore(sql: Sql): TokenStore {
  const columns = sql`
    t.id, t.kind, t.status, t.app_installation_id, t.workspace_slug, t.key_id, t.access_sealed, t.refresh_sealed,
    t.previous_refresh_sealed, t.version, t.generation, t.stored_fence, t.fence, t.failures, t.last_error,
    (coalesce(extract(epoch from t.usable_until - clock_timestamp()), -1) * 1000)::float8 as usable_for_ms,
    (extract(epoch from t.refresh_at - clock_timestamp()) * 1000)::float8 as refresh_in_ms,
    (coalesce(extract(epoch from t.cooldown_until - clock_timestamp()), -1) * 1000)::float8 as cooldown_ms`;

  return {
    async read(id) {
      const [row] = await sql<Columns[]>`
        select ${columns} from plane.oauth_token t where t.id = ${id}`;
      return row === undefined ? undefined : tokenRow(row);
    },
    async findBot(workspaceSlug) {
      const [row] = await sql<Columns[]>`
        select ${columns} from plane.oauth_token t
        where t.kind = 'bot' and (t.workspace_slug = ${workspaceSlug} or t.workspace_slug is null)
        order by t.status, t.workspace_slug nulls last, t.authorized_at desc limit 1`;
      return row === undefined ? undefined : tokenRow(row);
    },
    async claim(id, unusableGeneration, leaseMs) {
      const [row] = await sql<Columns[]>`
        select ${columns}, c.claimed_at::text
        from plane.claim_oauth_refresh(${id}, ${unusableGeneration}::integer, make_interval(secs => ${
        leaseMs / 1000
      }::float8)) c,
          lateral (select (c.token).*) t`;
      return row === undefined
        ? undefined
        : { ...tokenRow(row), fence: row.fence, claimedAt: row.claimed_at };
    },
    async store(id, { version, fence, generation, sealed, lifetime, scope }) {
      const [row] = await sql<{ stored: boolean }[]>`
        select plane.store_oauth_token(
          ${id}, ${version}, ${fence}, ${generation}, ${sealed.keyId}, ${sealed.access}, ${sealed.refresh},
          ${sealed.previousRefresh}, ${lifetime.issuedAt}, ${lifetime.expiresIn}::float8, ${lifetime.usableFor}::float8,
          ${lifetime.refreshAfter}::float8, ${scope}::text
        ) as stored`;
      return row?.stored === true;
    },
    async reseal(id, version, sealed) {
      const [row] = await sql<{ stored: boolean }[]>`
        select plane.reseal_oauth_token(
          ${id}, ${version}, ${sealed.keyId}, ${sealed.access}, ${sealed.refresh}, ${sealed.previousRefresh}
        ) as stored`;
      return row?.stored === true;
    },
    async fail(id, { fence, generation, code, cooldownMs, dead }) {
      const [row] = await sql<{ failed: boolean }[]>`
        select plane.fail_oauth_refresh(
          ${id}, ${fence}, ${generation}, ${code}, make_interval(secs => ${
        cooldownMs / 1000
      }::float8), ${dead}
        ) as failed`;
      return row?.failed === true;
    },
  };
}

function tokenRow(row: Columns): TokenRow {
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    appInstallationId: row.app_installation_id,
    workspaceSlug: row.workspace_slug,
    sealed: row.key_id === null ? null : {
      keyId: row.key_id,
      access: row.access_sealed,
      refresh: row.refresh_sealed,
      previousRefresh: row.previous_refresh_sealed,
    },
    version: row.version,
    generation: row.generation,
    storedFence: row.stored_fence,
    usableForMs: row.usable_for_ms,
    refreshInMs: row.refresh_in_ms,
    cooldownMs: row.cooldown_ms,
    failures: row.failures,
    lastError: row.last_error,
  };
}
