/** The secrets of one grant, and how they lie in its row. */
import { open, type Place, seal } from "../crypto/envelope.ts";
import type { KeyRing } from "../crypto/key_ring.ts";
import type { SealedTokenSet } from "../store/oauth/oauth_tokens.ts";

export interface TokenSet {
  readonly access: string | null;
  readonly refresh: string | null;
  /** The refresh token before the last rotation. */
  readonly previousRefresh: string | null;
}

const COLUMNS = {
  access: "access_sealed",
  refresh: "refresh_sealed",
  previousRefresh: "previous_refresh_sealed",
} as const;

/** Seals under the ring's present key, for the row's version `version`: the one it will have when this is written. */
export async function sealTokenSet(
  ring: KeyRing,
  rowId: string,
  version: number,
  tokens: TokenSet,
): Promise<SealedTokenSet> {
  const one = async (name: keyof TokenSet) => {
    const text = tokens[name];
    return text === null ? null : await seal(ring, text, placeOf(rowId, version, name));
  };
  return {
    keyId: ring.current,
    access: await one("access"),
    refresh: await one("refresh"),
    previousRefresh: await one("previousRefresh"),
  };
}

/** @throws SuiteError token_unreadable */
export async function openTokenSet(
  ring: KeyRing,
  row: { id: string; version: number; sealed: SealedTokenSet | null },
): Promise<TokenSet> {
  const one = async (name: keyof TokenSet) => {
    const bytes = row.sealed?.[name] ?? null;
    if (row.sealed === null || bytes === null) return null;
    return await open(ring, row.sealed.keyId, bytes, placeOf(row.id, row.version, name));
  };
  return {
    access: await one("access"),
    refresh: await one("refresh"),
    previousRefresh: await one("previousRefresh"),
  };
}

function placeOf(rowId: string, version: number, name: keyof TokenSet): Place {
  return { table: "plane.oauth_token", column: COLUMNS[name], rowId, version };
}
