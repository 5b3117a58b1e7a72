/** Who we are to Plane: a name for the books, headers for the wire. */
import { SuiteError } from "../errors.ts";

export interface PlaneCredential {
  /** Short and stable, never the key: the budget's row, log lines. `default` is the key of the environment. */
  readonly name: string;
  /** The headers that authenticate one request. Asked for each time: tokens change. Throws SuiteError plane_*. */
  headers(): Promise<Record<string, string>>;
}

const DEFAULT_CREDENTIAL = "default";

/**
 * A personal or bot key, as `X-API-Key`: the only thing the community edition understands.
 *
 * @throws SuiteError plane_not_configured without a key
 */
export function apiKeyCredential(apiKey: string | undefined, name = DEFAULT_CREDENTIAL): PlaneCredential {
  if (apiKey === undefined || apiKey === "") throw new SuiteError("plane_not_configured");
  return { name, headers: () => Promise.resolve({ "X-API-Key": apiKey }) };
}

/** A token that somebody else keeps fresh (cloud and commercial editions): `Authorization: Bearer`. */
export function bearerCredential(token: string, name = DEFAULT_CREDENTIAL): PlaneCredential {
  if (token === "") throw new SuiteError("plane_not_configured");
  return { name, headers: () => Promise.resolve({ Authorization: `Bearer ${token}` }) };
}
